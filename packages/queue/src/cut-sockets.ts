import { Socket } from 'node:net';

/** The connections of a client, which can be ended though their server does not answer. */
export interface CutSockets {
  /** For the client's option `stream`. */
  readonly stream: () => Socket;
  /** Ends all of them at once, and each that is opened later. */
  readonly cut: () => void;
}

/**
 * `pg` ends a connection by asking its server to close it, and waits for that as long as the system keeps a silent connection: for
 * a quarter of an hour.
 */
export function cutSockets(): CutSockets {
  const open = new Set<Socket>();
  let isCut = false;
  return {
    stream() {
      const socket = new Socket();
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      socket.once('connect', () => {
        if (isCut) socket.destroy();
      });
      return socket;
    },
    cut() {
      isCut = true;
      for (const socket of open) socket.destroy();
    },
  };
}
