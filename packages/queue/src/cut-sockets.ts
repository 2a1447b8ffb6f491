import { Socket } from 'node:net';

/** The connections of a client, which can be ended though their server does not answer. */
export interface CutSockets {
  /** Adds a connection, and returns it. */
  readonly hold: <Held extends Socket>(socket: Held) => Held;
  /** Makes one: the option `stream` of `pg`. */
  readonly stream: () => Socket;
  /** Ends all of them at once, and each that is opened later. */
  readonly cut: () => void;
}

/**
 * `pg` and ioredis end a connection by asking its server to close it. `pg` waits for that as long as the system keeps a silent
 * connection: for a quarter of an hour.
 */
export function cutSockets(): CutSockets {
  const open = new Set<Socket>();
  let isCut = false;
  const hold: CutSockets['hold'] = (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.once('connect', () => {
      if (isCut) socket.destroy();
    });
    return socket;
  };
  return {
    hold,
    stream: () => hold(new Socket()),
    cut() {
      isCut = true;
      for (const socket of open) socket.destroy();
    },
  };
}
