import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy between a client and a database that can lose answers. */
export interface LossyProxy {
  readonly url: string;
  /** While true, no answer arrives, and connections stay open. */
  readonly beSilent: (isSilent: boolean) => void;
  /** Closes each connection at its next answer, and drops that answer. Later connections work. */
  readonly loseNextAnswer: () => void;
  readonly stop: () => Promise<void>;
}

export async function startLossyProxy(url: string): Promise<LossyProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const breaking = new Set<Socket>();
  let isSilent = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (isSilent) return;
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
    loseNextAnswer: () => sockets.forEach((socket) => breaking.add(socket)),
    stop: async () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await once(server, 'close');
    },
  };
}
