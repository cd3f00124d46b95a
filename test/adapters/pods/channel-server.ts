import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Loopback } from '../loopback.ts';

/** The kubelet's side of one forwarded connection. */
export interface Channels {
  /** Sends a frame as it is: the channel's number, then the bytes. */
  send(channel: number, bytes: Buffer): boolean;
  /** What the client sends on channel 0. */
  onData: (bytes: Buffer) => void;
  onClosed: () => void;
  readonly socket: Duplex;
  close(): void;
}

/** Makes a server speak `v4.channel.k8s.io` (RFC 6455 frames). `accept` gets each new connection. */
export function serveChannels(server: Loopback, accept: (channels: Channels, path: string) => void): void {
  server.server.removeAllListeners('upgrade');
  server.server.on('upgrade', (request, socket) => {
    const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n`,
    );
    const channels: Channels = {
      send: (channel, bytes) => socket.write(frame(2, Buffer.concat([Buffer.of(channel), bytes]))),
      onData: () => undefined,
      onClosed: () => undefined,
      socket,
      close: () => socket.end(frame(8, Buffer.of(3, 232))),
    };
    socket.on('error', () => undefined);
    socket.on('close', () => channels.onClosed());
    let unread = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      unread = Buffer.concat([unread, bytes]);
      for (let next = unframe(unread); next !== undefined; next = unframe(unread)) {
        unread = unread.subarray(next.size);
        if (next.opcode === 2 && next.payload[0] === 0) channels.onData(next.payload.subarray(1));
        if (next.opcode === 8) channels.close();
      }
    });
    accept(channels, request.url ?? '');
  });
}

function frame(opcode: number, payload: Buffer): Buffer {
  const length = Buffer.alloc(9);
  length[0] = 127;
  length.writeBigUInt64BE(BigInt(payload.length), 1);
  const header = payload.length < 126 ? Buffer.of(payload.length) : length;
  return Buffer.concat([Buffer.of(0x80 | opcode), header, payload]);
}

/** The first whole frame; a client's frames are masked. */
function unframe(bytes: Buffer): { opcode: number; payload: Buffer; size: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 6 + extra) return undefined;
  const length = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const size = 6 + extra + length;
  if (bytes.length < size) return undefined;
  const mask = bytes.subarray(2 + extra, 6 + extra);
  const payload = Buffer.from(bytes.subarray(6 + extra, size)).map((byte, index) => byte ^ mask[index % 4]!);
  return { opcode: bytes[0]! & 0x0f, payload: Buffer.from(payload), size };
}
