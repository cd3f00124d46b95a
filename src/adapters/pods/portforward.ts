import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { WebSocketHandler } from '@kubernetes/client-node/dist/web-socket-handler.js';
import { Failure } from '../../failure.ts';
import type { PodRef } from '../../ports/pods.ts';
import type { Connection } from '../cluster/connection.ts';
import { part } from '../cluster/paths.ts';
import { refusal } from '../cluster/refusal.ts';
import { unreachable } from '../cluster/unreachable.ts';
import { foreignText } from '../foreign-text.ts';
import { read } from '../http/exchange.ts';
import { noAnswer } from '../http/no-answer.ts';

/** What is used of the library's websocket. */
interface WebSocket {
  readonly bufferedAmount: number;
  send(data: Buffer, sent: (error?: Error) => void): void;
  pause(): void;
  resume(): void;
  on(event: 'close', listener: (code: number) => void): void;
  on(event: 'error', listener: () => void): void;
  on(event: 'unexpected-response', listener: (request: ClientRequest, response: IncomingMessage) => void): void;
  close(): void;
  terminate(): void;
}

const handshakeMilliseconds = 10_000;
const closeMilliseconds = 2000;
// Data that the API server has not taken yet; beyond it, the local client has to wait.
const mostBuffered = 1024 * 1024;
// Of a websocket that ended without a closing frame: what came may be only the beginning of what was meant.
const cutCode = 1006;
const dataChannel = 0;
const errorChannel = 1;

export interface Target {
  readonly connection: Connection;
  readonly pod: PodRef;
  readonly port: number;
  /** How long the pod may be silent once the local client has said its last word: it waits for an answer, or it is gone. */
  readonly lingerSeconds: number;
}

/**
 * Joins a local connection to a port of a pod (`v4.channel.k8s.io`: each frame begins with its channel's number, and the first
 * two bytes of each channel repeat the port). When it cannot, or the pod's side fails, the local client sees a reset.
 */
export function bridge(
  { connection, pod, port, lingerSeconds }: Target,
  socket: Socket,
  onProblem: (reason: string, unopened?: Failure) => void,
): void {
  let webSocket: WebSocket | undefined;
  let failed = false;
  const fail = (reason: string, unopened?: Failure): void => {
    if (socket.destroyed || failed) return;
    failed = true;
    onProblem(reason, unopened);
    socket.resetAndDestroy();
  };
  socket.on('error', () => webSocket?.close());
  socket.once('close', () => webSocket?.close());
  // The protocol cannot pass an end of input on.
  socket.once('end', () => socket.setTimeout(lingerSeconds * 1000, () => socket.destroy()));

  const receive = channelReader((channel, bytes) => {
    if (channel === errorChannel) return fail(foreignText(bytes.toString('utf8'), connection.secrets));
    if (socket.writable && !socket.write(bytes) && webSocket !== undefined) {
      webSocket.pause();
      socket.once('drain', () => webSocket?.resume());
    }
  });

  connect(connection, pod, port, receive).then(
    (opened) => {
      webSocket = opened;
      opened.on('error', () => fail('the connection to the API server was cut'));
      opened.on('close', (code) => {
        if (code === cutCode) fail('the connection to the API server was cut');
        else if (!failed) socket.end(() => socket.destroy());
      });
      if (socket.destroyed) return opened.close();
      socket.on('data', (bytes) => {
        opened.send(Buffer.concat([Buffer.of(dataChannel), bytes]), () => {
          if (socket.isPaused() && opened.bufferedAmount <= mostBuffered) socket.resume();
        });
        if (opened.bufferedAmount > mostBuffered) socket.pause();
      });
      socket.resume();
    },
    (error: unknown) => {
      const { reason } = noAnswer(error);
      if (error instanceof Failure) fail(error.what, error);
      else fail(reason, unreachable(serverOf(connection), purposeOf(pod), reason));
    },
  );
}

function channelReader(receive: (channel: number, bytes: Buffer) => void): (channel: number, bytes: Buffer) => boolean {
  const portBytesToCome = new Map([
    [dataChannel, 2],
    [errorChannel, 2],
  ]);
  return (channel, bytes) => {
    const toCome = portBytesToCome.get(channel);
    if (toCome === undefined) return true;
    const skipped = Math.min(toCome, bytes.length);
    portBytesToCome.set(channel, toCome - skipped);
    if (bytes.length > skipped) receive(channel, bytes.subarray(skipped));
    return true;
  };
}

const purposeOf = ({ namespace, name }: PodRef): string => `forward a port to Pod ${namespace}/${name}`;
const serverOf = ({ credentials }: Connection): URL => new URL(credentials.config().getCurrentCluster()?.server ?? '');

async function connect(
  connection: Connection,
  { namespace, name }: PodRef,
  port: number,
  receive: (channel: number, bytes: Buffer) => boolean,
): Promise<WebSocket> {
  const path = `/api/v1/namespaces/${part(namespace)}/pods/${part(name)}/portforward?ports=${port}`;
  const attempt = async (): Promise<{ readonly webSocket: WebSocket } | { readonly status: number; readonly text: string }> => {
    const { headers, tls, proxy } = await connection.credentials.authentication();
    let refused: Promise<{ status: number; text: string }> | undefined;
    const settings = {
      headers,
      ...tls,
      ...(proxy === undefined ? {} : { agent: proxy }),
      handshakeTimeout: handshakeMilliseconds,
      closeTimeout: closeMilliseconds,
      perMessageDeflate: false,
      // The only place where the answer to a refused handshake can be had: it says which permission is missing.
      finishRequest(request: ClientRequest, webSocket: WebSocket) {
        webSocket.on('unexpected-response', (_, response) => {
          refused = refusalText(response).finally(() => webSocket.terminate());
        });
        request.end();
      },
    };
    // The handler asks its configuration for nothing but these two.
    const configuration = {
      getCurrentCluster: () => connection.credentials.config().getCurrentCluster(),
      applyToHTTPSOptions: async (options: object) => void Object.assign(options, settings),
    };
    // A frame that tells it to close a stream must not reach this process's own streams.
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const handler = new WebSocketHandler(configuration as unknown as KubeConfig, undefined, streams);
    try {
      return { webSocket: (await handler.connect(path, null, receive)) as unknown as WebSocket };
    } catch (event) {
      if (refused !== undefined) return await refused;
      throw (event as { readonly error?: unknown }).error ?? event;
    }
  };
  let result = await attempt();
  if ('status' in result && result.status === 401 && connection.credentials.renew()) result = await attempt();
  if ('webSocket' in result) return result.webSocket;
  throw refusal({ ...result, purpose: purposeOf({ namespace, name }), secrets: connection.secrets });
}

async function refusalText(response: IncomingMessage): Promise<{ status: number; text: string }> {
  const body = await read(response, { maxBytes: 64 * 1024, beyond: 'cut' });
  return { status: response.statusCode ?? 0, text: body?.toString('utf8') ?? '' };
}
