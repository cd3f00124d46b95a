import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { parse } from 'yaml';
import type { Certificates } from '../adapters/loopback.ts';
import { answer, type Loopback, loopback } from '../adapters/loopback.ts';
import type { Lab } from '../lab/lab.ts';

/** Stands in front of the API server as that of a cluster with a sign-in of its own: lets in whom `lets` says, and is one of the lab's users behind. */
export interface FrontDoor {
  readonly url: string;
  /** How many requests were turned away. */
  turnedAway(): number;
  close(): Promise<void>;
}

interface LabKubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string } }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

export async function startFrontDoor(lab: Lab, { cert, key }: Certificates, lets: (token: string) => boolean): Promise<FrontDoor> {
  const { clusters, users } = parse(readFileSync(lab.kubeconfig, 'utf8')) as LabKubeconfig;
  const behind = new URL(clusters[0]?.cluster.server ?? '');
  const ca = Buffer.from(clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
  let turnedAway = 0;

  const isLetIn = ({ headers }: IncomingMessage): boolean => {
    const isIn = lets((headers.authorization ?? '').replace('Bearer ', ''));
    if (!isIn) turnedAway += 1;
    return isIn;
  };
  const onward = ({ method, url, headers }: IncomingMessage) => {
    const options = {
      host: behind.hostname,
      port: behind.port,
      method,
      path: url,
      headers: { ...headers, host: behind.host, authorization: `Bearer ${users[0]?.user.token}` },
    };
    return behind.protocol === 'https:' ? secureRequest({ ...options, ca }) : plainRequest(options);
  };

  const server: Loopback = await loopback(
    (request, response) => {
      if (!isLetIn(request)) return answer(response, 401, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 401 });
      const sent = onward(request);
      sent.on('response', (found) => {
        response.writeHead(found.statusCode ?? 502, found.headers);
        response.flushHeaders();
        found.pipe(response);
      });
      sent.on('error', () => response.destroy());
      response.on('close', () => sent.destroy());
      request.pipe(sent);
    },
    { cert, key },
  );
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    if (!isLetIn(request)) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    const sent = onward(request);
    sent.on('upgrade', ({ rawHeaders }, other, head) => {
      const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      socket.write(head);
      for (const [from, to] of [[socket, other] as const, [other, socket] as const]) {
        from.on('error', () => to.destroy());
        from.pipe(to);
      }
    });
    sent.on('error', () => socket.destroy());
    return sent.end();
  });
  return { url: server.url, turnedAway: () => turnedAway, close: () => server.close() };
}
