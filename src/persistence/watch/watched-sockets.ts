import { Socket } from 'node:net';

/** What a connection fails with while nobody answers at the other end; a code that callers of sockets know. */
function silence(): Error {
  return Object.assign(new Error('The database is silent.'), { code: 'ETIMEDOUT' });
}

/** A socket that is refused before it is tried: what waits behind it would wait in vain. */
class RefusedSocket extends Socket {
  override connect(): this {
    process.nextTick(() => this.destroy(silence()));
    return this;
  }
}

/** All sockets to one server, so that they can be looked at, and cut, together. */
export class WatchedSockets {
  readonly #open = new Set<Socket>();
  #refusing = false;
  /** What sockets that are closed by now had sent and received. */
  #before = { sent: 0, received: 0 };

  /** Handed to pg as `stream`. */
  readonly make = (): Socket => {
    if (this.#refusing) return new RefusedSocket();
    const socket = new Socket();
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#before.sent += socket.bytesWritten;
      this.#before.received += socket.bytesRead;
    });
    return socket;
  };

  /** Bytes so far, over all. */
  traffic(): { readonly sent: number; readonly received: number } {
    let { sent, received } = this.#before;
    for (const socket of this.#open) {
      sent += socket.bytesWritten;
      received += socket.bytesRead;
    }
    return { sent, received };
  }

  /** Whether any of them is still to be connected. */
  get connecting(): boolean {
    return [...this.#open].some((socket) => socket.connecting);
  }

  /** Cuts all, which fails whatever waits for them, and refuses new ones until `accept`. */
  refuse(): void {
    this.#refusing = true;
    for (const socket of this.#open) socket.destroy(silence());
  }

  accept(): void {
    this.#refusing = false;
  }
}
