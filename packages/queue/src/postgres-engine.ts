import {
  assertSchemaCompatibility,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  LATEST_SCHEMA_VERSION,
  type PgPool,
  type Queue,
  type QueueEvents,
  quoteSchemaName,
  runMigrations,
  SchemaMigrationRequiredError,
  type Worker,
  withBackend,
} from 'bullmq';
import type { TintypeError } from '@tintype/core';
import { succeeds } from '@tintype/core/internal';
import type { ClientConfig } from 'pg';
import { cutSockets } from './cut-sockets.ts';
import { closeInTime, type Engine, type Followed, inTime, queueName, type Role } from './engine.ts';
import { importPg, reasonOf, unavailable } from './operations.ts';
import { schema, schemaQuery } from './postgres-schema.ts';
import type { QueueAddress } from './queue-address.ts';

/** SQLSTATE of a function, a table or a schema that does not exist. */
const isMissing = /^(?:42883|42P01|3F000)$/;

/**
 * SQLSTATE of a schema that another process has created since this one looked. PostgreSQL remembers within a transaction that it does
 * not exist, so that even `if not exists` and a lock do not prevent it (15, 2026-11-29).
 */
const isThere = '23505';

/** A query fails after this time: a network may lose a connection without a word. BullMQ's queries do not wait for jobs. */
const silenceMs = 10_000;

/**
 * BullMQ on PostgreSQL. Its tables are made here, beside those of the ledger, because BullMQ needs the right to create a schema even if
 * nothing has to be made.
 */
export async function postgresEngine(address: QueueAddress, followed: Followed): Promise<Engine> {
  const { Client, Pool } = await importPg();
  /** An error of a connection that is in use ends its query. Without a listener, it would end the process, too. */
  class HeardClient extends Client {
    constructor(config?: ClientConfig) {
      super(config);
      this.on('error', () => {});
    }
  }
  const { stream, cut } = cutSockets();
  const connection = {
    connectionString: address.url,
    connectionTimeoutMillis: silenceMs,
    query_timeout: silenceMs,
    keepAlive: true,
    stream,
    Client: HeardClient,
  };
  /**
   * BullMQ would make the connection on which it waits for jobs itself. It listens to its errors neither before it is open nor while it
   * closes (6.7.0, 2026-11-30). From a pool it gets one that is always heard.
   */
  const heardBackend: typeof createPostgresBackend = (name, options, more) => {
    const searchPath = `-c search_path=${quoteSchemaName(DEFAULT_SCHEMA)}`;
    const pool = new Pool({ ...connection, options: searchPath });
    const pooled = { ...options, connection: pool as unknown as PgPool };
    const backend = createPostgresBackend(name, pooled, more);
    backend.once('close', () => void succeeds(pool.end()));
    return backend;
  };
  const bull = withBackend(heardBackend);
  const nameOf = (role: Role) => queueName(address, role);
  let repairing: Promise<unknown> | null = null;

  return {
    prepare,
    repair: (failure) => {
      if (!isMissing.test(codeOf(failure))) return;
      // If this fails, the next error tries again.
      repairing ??= prepare()
        .catch(() => {})
        .finally(() => (repairing = null));
    },
    unavailable: failed,
    giveUp: () => {},
    async close(opened) {
      await closeInTime(opened);
      cut();
    },
    queue: (role) => new bull.Queue(nameOf(role), { connection, ...followed }) as unknown as Queue,
    events: (role) => new bull.QueueEvents(nameOf(role), { connection }) as unknown as QueueEvents,
    worker: (role, process, options) =>
      new bull.Worker(nameOf(role), process, {
        ...options,
        ...followed,
        connection,
      }) as unknown as Worker,
    closeWorker: (worker) => worker.close(),
  };

  function failed(error: unknown): TintypeError {
    return unavailable(address, reasonOf(error));
  }

  async function prepare(): Promise<void> {
    try {
      await createMissing().catch((error: unknown) => {
        if (codeOf(error) !== isThere) throw error;
        return createMissing();
      });
    } catch (error) {
      throw failed(error);
    }
  }

  async function createMissing(): Promise<void> {
    const own = cutSockets();
    const client = new HeardClient({ ...connection, stream: own.stream });
    try {
      await client.connect();
      if ((await versionOf(client)) < LATEST_SCHEMA_VERSION) await runMigrations(client);
      const { rows } = await client.query<{ readonly answer: boolean | null }>(schemaQuery);
      if (rows[0]?.answer !== true) await client.query(schema);
    } finally {
      await succeeds(inTime(client.end()));
      own.cut();
    }
  }
}

function codeOf(error: unknown): string {
  return (error as { readonly code?: string }).code ?? '';
}

/** 0: there are no tables. */
async function versionOf(client: Parameters<typeof assertSchemaCompatibility>[0]): Promise<number> {
  try {
    return await assertSchemaCompatibility(client);
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError || isMissing.test(codeOf(error))) return 0;
    throw error;
  }
}
