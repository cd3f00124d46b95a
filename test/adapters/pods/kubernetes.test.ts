import { once } from 'node:events';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Connection, kubernetesConnection } from '../../../src/adapters/cluster/connection.ts';
import { kubernetesPods } from '../../../src/adapters/pods/kubernetes.ts';
import type { Forward } from '../../../src/ports/pods.ts';
import { kubeconfig } from '../cluster/kubeconfig-text.ts';
import { answer, type Certificates, type Loopback, loopback, makeCertificates } from '../loopback.ts';
import { failureOf } from '../thrown.ts';
import { type Channels, serveChannels } from './channel-server.ts';

const token = 'sesame-open-1234567890';
const pod = { namespace: 'shop', name: 'agent-1' };
const port = Buffer.of(8080 & 0xff, 8080 >> 8);
let certificates: Certificates;
let server: Loopback;
let connection: Connection;
let forward: Forward;

beforeAll(async () => {
  certificates = await makeCertificates();
  server = await loopback(() => undefined, { cert: certificates.cert, key: certificates.key });
});
beforeEach(async () => {
  server.server.removeAllListeners('upgrade');
  connection = kubernetesConnection({ kubeconfig: kubeconfig({ server: server.url, ca: certificates.ca, user: { token } }), version: '1' });
  forward = await kubernetesPods(connection, { lingerSeconds: 0.3 }).forward(pod, 8080);
});
afterEach(async () => {
  await forward.close();
  connection.close();
});
afterAll(() => server.close());

const client = (): net.Socket => net.connect({ port: Number(new URL(forward.url).port), host: '127.0.0.1', allowHalfOpen: true });
const begin = (channels: Channels): void => {
  channels.send(0, port);
  channels.send(1, port);
};
/** How a client's connection ends: `ECONNRESET`, or `end` when the other side is simply done. */
const endOf = (socket: net.Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    socket.on('close', () => resolve('end'));
    socket.on('end', () => socket.end());
    socket.resume();
  });

describe('a forwarded connection', () => {
  it('carries bytes both ways, whatever the frames they come in', async () => {
    let path = '';
    serveChannels(server, (channels, requested) => {
      path = requested;
      channels.send(0, port.subarray(0, 1));
      channels.send(0, Buffer.concat([port.subarray(1), Buffer.from('hel')]));
      channels.send(1, port);
      channels.onData = (bytes) => {
        channels.send(0, Buffer.concat([Buffer.from('lo '), bytes]));
        channels.close();
      };
    });
    const socket = client();
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString();
    });
    socket.write('pod');
    expect(await endOf(socket)).toBe('end');
    expect(received).toBe('hello pod');
    expect(path).toBe('/api/v1/namespaces/shop/pods/agent-1/portforward?ports=8080');
  });

  it('still gets its answer after it has said its last word', async () => {
    serveChannels(server, (channels) => {
      begin(channels);
      channels.onData = () =>
        setTimeout(() => {
          channels.send(0, Buffer.from('late answer'));
          channels.close();
        }, 100);
    });
    const socket = client();
    socket.end('question');
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('late answer');
    expect(await endOf(socket)).toBe('end');
  });

  it('carries much, to and from a side that reads slowly, without holding it all', async () => {
    const size = 40 * 1024 * 1024;
    const chunk = Buffer.alloc(256 * 1024, 'a');
    let sent = 0;
    let got = 0;
    const whole = new Promise<void>((resolve) => {
      serveChannels(server, (channels) => {
        begin(channels);
        channels.onData = (bytes) => {
          got += bytes.length;
          if (got === size) resolve();
        };
        const more = (): void => {
          while (sent < size && channels.send(0, chunk)) sent += chunk.length;
        };
        channels.socket.on('drain', () => {
          sent += chunk.length;
          more();
        });
        more();
      });
    });
    const socket = client();
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    // What is not taken stays with the sender, but for what buffers on the way hold.
    expect(sent).toBeLessThan(size / 2);
    let received = 0;
    socket.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
    socket.resume();
    socket.write(Buffer.alloc(size, 'b'));
    await whole;
    while (received < size) await once(socket, 'data');
    expect(received).toBe(size);
    socket.destroy();
  }, 120_000);

  it('is reset, with the reason kept, when the pod refuses', async () => {
    serveChannels(server, (channels) => {
      begin(channels);
      channels.send(1, Buffer.from(`connection refused\n::error:: ${token}`));
    });
    expect(await endOf(client())).toBe('ECONNRESET');
    expect(forward.problem()).toBe('connection refused ::error:: ***');
    expect(forward.unopened?.()).toBeUndefined();
  });

  it.each([
    [
      403,
      { kind: 'Status', message: 'User "ci" cannot create resource "pods/portforward"' },
      'cannot create resource "pods/portforward"',
      'CLUSTER_FORBIDDEN',
    ],
    [404, { kind: 'Status', message: 'pods "agent-1" not found' }, 'pods "agent-1" not found', 'CLUSTER_NOT_FOUND'],
    [502, '<html>', 'no Kubernetes answer', 'CLUSTER_BROKEN'],
  ])('is reset, with the reason kept, when the API server answers %i', async (status, body, reason, code) => {
    server.handler = (_, response) => answer(response, status, body);
    expect(await endOf(client())).toBe('ECONNRESET');
    expect(forward.problem()).toContain(reason);
    expect(forward.problem()).toContain('Cannot forward a port to Pod shop/agent-1');
    expect(forward.unopened?.()).toMatchObject({ code });
  });

  it('is reset, with the reason kept, when there is no API server', async () => {
    server.handler = (request) => void request.socket.destroy();
    expect(await endOf(client())).toBe('ECONNRESET');
    expect(forward.problem()).toMatch(/cut|hang up/);
    expect(forward.unopened?.()).toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
  });

  it('is reset, too, when the connection to the API server breaks', async () => {
    serveChannels(server, (channels) => {
      begin(channels);
      channels.onData = () => channels.socket.destroy();
    });
    const socket = client();
    socket.write('question');
    expect(await endOf(socket)).toBe('ECONNRESET');
    expect(forward.problem()).toContain('cut');
    expect(forward.unopened?.()).toBeUndefined();
  });

  it("ends the pod's side when its client goes", async () => {
    const gone = new Promise<void>((resolve) => {
      serveChannels(server, (channels) => {
        begin(channels);
        channels.onClosed = resolve;
        channels.onData = () => socket.destroy();
      });
    });
    const socket = client();
    socket.write('question');
    await gone;
    expect(forward.problem()).toBeUndefined();
  });

  it('closes with all its connections, also those that are not yet through', async () => {
    const sockets = [client(), client()];
    const endings = sockets.map(endOf);
    // A server that never answers the handshake.
    await new Promise<void>((resolve) => {
      server.server.on('upgrade', () => resolve());
    });
    await forward.close();
    expect(await Promise.all(endings)).toEqual(['end', 'end']);
    expect(await endOf(client())).toBe('ECONNREFUSED');
  });
});

describe('a log', () => {
  it('is its last lines, as they are', async () => {
    server.requests.length = 0;
    server.handler = (_, response) => answer(response, 200, 'one\n::error::two\n');
    expect(await kubernetesPods(connection).log(pod, 'agent', { lines: 20, previous: true })).toBe('one\n::error::two\n');
    expect(server.requests).toEqual([
      'GET /api/v1/namespaces/shop/pods/agent-1/log?container=agent&tailLines=20&previous=true&limitBytes=1048576',
    ]);
  });

  it('of a container that is not there is a Failure', async () => {
    server.handler = (_, response) => answer(response, 400, { kind: 'Status', message: 'container x is not valid for pod agent-1' });
    expect(await failureOf(kubernetesPods(connection).log(pod, 'x', { lines: 1, previous: false }))).toMatchObject({
      code: 'CLUSTER_REFUSED',
    });
  });
});
