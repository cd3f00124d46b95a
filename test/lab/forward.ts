import { connect, type Server, type Socket } from 'node:net';
import type { ForwardName } from './addresses.ts';

export type Cut = 'refuse' | 'hang';

/**
 * One loopback port of the host. The listening socket was made outside and belongs to the host's network namespace for good;
 * this process lives inside the lab's, so that what it connects to is the lab's.
 */
export class Forward {
  readonly name: ForwardName;
  readonly insidePort: number;
  readonly #open = new Set<Socket>();
  #cut: Cut | undefined;

  constructor(name: ForwardName, server: Server, insidePort: number) {
    this.name = name;
    this.insidePort = insidePort;
    server.on('connection', (outer) => this.#accept(outer));
  }

  get state(): 'open' | Cut {
    return this.#cut ?? 'open';
  }

  /** Destroys all connections; new ones are reset at once (`refuse`) or never answered (`hang`). */
  cut(how: Cut = 'refuse'): void {
    this.#cut = how;
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  restore(): void {
    this.#cut = undefined;
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  #accept(outer: Socket): void {
    this.#keep(outer);
    if (this.#cut === 'refuse') outer.resetAndDestroy();
    else if (this.#cut === 'hang') outer.pause();
    else this.#join(outer);
  }

  #join(outer: Socket): void {
    const inner = connect({ host: '127.0.0.1', port: this.insidePort, allowHalfOpen: true });
    this.#keep(inner);
    outer.setNoDelay(true);
    inner.setNoDelay(true);
    outer.pipe(inner).pipe(outer);
    // What happens to one side is passed on to the other as it was: an orderly end by pipe, anything else as a reset.
    outer.once('close', () => inner.destroy());
    inner.once('close', () => outer.destroy());
    outer.once('error', () => inner.resetAndDestroy());
    inner.once('error', () => outer.resetAndDestroy());
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}
