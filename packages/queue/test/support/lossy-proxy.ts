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
  /** For PostgreSQL: after `healthy` more connections, each ends with this message in the packet that says that it is open. */
  readonly endOnceOpen: (healthy: number, message: Buffer) => void;
  /** After `healthy` more connections, nothing comes on new ones, though they open. */
  readonly muteAfter: (healthy: number) => void;
  readonly stop: () => Promise<void>;
}

export async function startLossyProxy(url: string): Promise<LossyProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const breaking = new Set<Socket>();
  let isSilent = false;
  let isPulled = false;
  let ending: { healthy: number; readonly message: Buffer } | null = null;
  let unmuted = Infinity;
  let held: readonly [late: string, before: string] | null = null;
  const arrivals = new EventEmitter();
  // Otherwise the end of a client would end its connection here.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const isMute = unmuted-- <= 0;
    const farewell = ending !== null && ending.healthy-- <= 0 ? ending.message : null;
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
      if (isSilent || isPulled || isMute) return;
      if (breaking.has(upstream)) client.destroy();
      else if (farewell !== null && bytes.includes(readyForQuery))
        client.end(Buffer.concat([bytes, farewell]));
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
    muteAfter: (healthy) => (unmuted = healthy),
    endOnceOpen: (healthy, message) => (ending = { healthy, message }),
    loseNextAnswer: () => sockets.forEach((socket) => breaking.add(socket)),
    stop: async () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await once(server, 'close');
    },
  };
}

/** The start of PostgreSQL's message that a connection takes a query. */
const readyForQuery = Buffer.from('Z\0\0\0\x05');
