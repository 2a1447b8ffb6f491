import { createPostgresBackend, type PostgresConnection } from 'bullmq';

/**
 * BullMQ's backend on PostgreSQL, whose lost connections never end the process, with the purchases that it has in flight. Before
 * BullMQ closes the connection on which it waits for jobs, it takes all listeners from it (6.7.0, 2026-11-30), and an error
 * without a listener ends a process.
 */
export const heardBackend: typeof createPostgresBackend = (...args) => {
  const backend = createPostgresBackend(...args);
  const { connection } = backend;
  const open = connection.getListenClient.bind(connection);
  const heard = new WeakSet<ListenClient>();
  connection.getListenClient = async () => {
    const client = await open();
    if (!heard.has(client)) hear(client);
    heard.add(client);
    return client;
  };
  return backend;
};

type ListenClient = Awaited<ReturnType<PostgresConnection['getListenClient']>>;

/** Keeps a listener for errors, whoever takes the others away. */
function hear(client: ListenClient): void {
  const removeAll = client.removeAllListeners.bind(client);
  client.removeAllListeners = (event) => {
    removeAll(event);
    return client.on('error', () => {});
  };
}
