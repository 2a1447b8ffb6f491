import { createConnection } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { AbstractConnector, type StandaloneConnectionOptions } from 'ioredis';

/**
 * A connection that has said nothing for this time is opened again, because a network may lose one without a word. BullMQ asks
 * something on each connection every 10 s, and its longest command waits 10 s for a job.
 */
const silenceMs = 12_000;
const lookMs = 1000;

type Options = Omit<StandaloneConnectionOptions, 'path'> & { readonly tls?: ConnectionOptions };

/** Connects as ioredis does, and ends a silent connection. Its own `socketTimeout` keeps a process alive that has closed all. */
export class RedisConnector extends AbstractConnector {
  readonly #options: Options;

  constructor(options: Options & { readonly disconnectTimeout: number }) {
    super(options.disconnectTimeout);
    this.#options = options;
  }

  override async connect(): Promise<ReturnType<typeof createConnection>> {
    const { host = 'localhost', port = 6379, family = 0, tls } = this.#options;
    this.connecting = true;
    const place = { host, port, family };
    const stream = tls === undefined ? createConnection(place) : connectTls({ ...place, ...tls });
    this.stream = stream;
    stream.once('error', (error) => {
      this.firstError = error;
    });
    let [read, since] = [0, performance.now()];
    const looking = setInterval(() => {
      if (stream.bytesRead !== read) [read, since] = [stream.bytesRead, performance.now()];
      else if (performance.now() - since > silenceMs) stream.destroy(new Error('no answer'));
    }, lookMs);
    looking.unref();
    stream.once('close', () => clearInterval(looking));
    return stream;
  }
}
