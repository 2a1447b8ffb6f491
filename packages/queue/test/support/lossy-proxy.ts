import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A proxy between a client and a database that can lose answers and hold commands. */
export interface LossyProxy {
  readonly url: string;
  /** While true, no answer arrives, and connections stay open. */
  readonly beSilent: (isSilent: boolean) => void;
  /** From now on nothing passes, not even the end of a connection, as if a cable were pulled. */
  readonly pullCable: () => void;
  /** Closes each connection at its next answer, and drops that answer. Later connections work. */
  readonly loseNextAnswer: () => void;
  /** Holds the command that contains one text until just before one of another connection with the other text, at most for two seconds. */
  readonly holdUntil: (late: string, before: string) => void;
  readonly stop: () => Promise<void>;
}

export async function startLossyProxy(url: string): Promise<LossyProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const breaking = new Set<Socket>();
  let isSilent = false;
  let isPulled = false;
  let held: readonly [late: string, before: string] | null = null;
  const arrivals = new EventEmitter();
  // Otherwise the end of a client would end its connection here.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('end', () => {
        if (!isPulled) socket.end();
      });
      socket.on('close', () => {
        sockets.delete(socket);
        if (isPulled) return;
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', async (bytes) => {
      client.pause();
      if (held !== null && bytes.includes(held[0]))
        await once(arrivals, 'before', { signal: AbortSignal.timeout(2000) }).catch(() => {});
      else if (held !== null && bytes.includes(held[1])) {
        arrivals.emit('before');
        await sleep(100);
      }
      if (!isPulled) upstream.write(bytes);
      client.resume();
    });
    upstream.on('data', (bytes) => {
      if (isSilent || isPulled) return;
      if (breaking.has(upstream)) client.destroy();
      else client.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    beSilent: (silent) => (isSilent = silent),
    holdUntil: (late, before) => (held = [late, before]),
    pullCable: () => (isPulled = true),
    loseNextAnswer: () => sockets.forEach((socket) => breaking.add(socket)),
    stop: async () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await once(server, 'close');
    },
  };
}
