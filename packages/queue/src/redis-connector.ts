import { createConnection, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { AbstractConnector, type StandaloneConnectionOptions } from 'ioredis';
import type { CutSockets } from './cut-sockets.ts';

/**
 * A connection that owes an answer for this time is opened again, because a network may lose one without a word. BullMQ's longest
 * command waits 10 s for a job. A connection on which nothing was asked may be silent: while a worker is busy, it waits for no job.
 */
const silenceMs = 12_000;
const lookMs = 1000;

type Options = Omit<StandaloneConnectionOptions, 'path'> & {
  readonly tls?: ConnectionOptions;
  readonly hold: CutSockets['hold'];
};

/** Connects as ioredis does, and ends a connection on which no answer comes. Its own `socketTimeout` keeps a process alive that has closed all. */
export class RedisConnector extends AbstractConnector {
  readonly #options: Options;

  constructor(options: Options & { readonly disconnectTimeout: number }) {
    super(options.disconnectTimeout);
    this.#options = options;
  }

  override async connect(): Promise<Socket> {
    const { host = 'localhost', port = 6379, family = 0, tls, hold } = this.#options;
    this.connecting = true;
    const place = { host, port, family };
    const stream = hold(
      tls === undefined ? createConnection(place) : connectTls({ ...place, ...tls }),
    );
    this.stream = stream;
    stream.once('error', (error) => {
      this.firstError = error;
    });
    let answered = 0;
    let owesSince = null as number | null;
    // This listener is called before that of ioredis, which may ask the next question at once.
    stream.on('data', () => {
      answered = stream.bytesWritten;
      owesSince = null;
    });
    const looking = setInterval(() => {
      if (stream.bytesWritten === answered) return;
      owesSince ??= performance.now();
      if (performance.now() - owesSince > silenceMs) stream.destroy(new Error('no answer'));
    }, lookMs);
    looking.unref();
    stream.once('close', () => clearInterval(looking));
    return stream;
  }
}
