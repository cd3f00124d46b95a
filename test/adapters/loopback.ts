import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http, { type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

/** A certificate authority, a server certificate for 127.0.0.1, and a client certificate for the user `deployer`. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'wf-deploy-ca-'));
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  try {
    await writeFile(join(folder, 'server.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=loopback',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
    );
    for (const name of ['server', 'client']) {
      await openssl(
        'req',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        `/CN=${name === 'client' ? 'deployer' : '127.0.0.1'}`,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
      );
      const extensions = name === 'server' ? ['-extfile', 'server.ext'] : [];
      await openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        '1',
        '-out',
        `${name}.crt`,
        ...extensions,
      );
    }
    return {
      ca: await text('ca.crt'),
      cert: await text('server.crt'),
      key: await text('server.key'),
      clientCert: await text('client.crt'),
      clientKey: await text('client.key'),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface Loopback {
  readonly url: string;
  readonly host: string;
  /** `METHOD path` of every request so far. */
  readonly requests: string[];
  /** What is connected now. */
  readonly sockets: Set<Socket>;
  /** How many connections there have been. */
  opened(): number;
  handler: (request: IncomingMessage, response: ServerResponse) => void;
  readonly server: Server;
  close(): Promise<void>;
}

/** A real server on 127.0.0.1 whose answers a test sets by `handler`. */
export async function loopback(handler: Loopback['handler'], tls?: https.ServerOptions): Promise<Loopback> {
  const listener: RequestListener = (request, response) => {
    result.requests.push(`${request.method} ${request.url}`);
    result.handler(request, response);
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  const sockets = new Set<Socket>();
  let opened = 0;
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    opened++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const result: Loopback = {
    url: `${tls === undefined ? 'http' : 'https'}://${host}`,
    host,
    requests: [],
    sockets,
    opened: () => opened,
    handler,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      }),
  };
  return result;
}

export const answer = (response: ServerResponse, status: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): void => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': typeof body === 'string' ? 'text/html' : 'application/json', ...headers }).end(text);
};

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
