import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export interface ConnectProxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The hosts that it was asked to connect to, with what it was told about who asks. */
  readonly connections: readonly { readonly host: string; readonly authorization: string }[];
}

/** An HTTP proxy that takes every connection to one port of this machine, as if it looked up each host. `status`: it refuses all. */
export async function startConnectProxy(port: number, status = 200): Promise<ConnectProxy> {
  const connections: { host: string; authorization: string }[] = [];
  const server = createServer((_, response) => void response.writeHead(405).end());
  server.on('connect', (request, client) => {
    const authorization = request.headers['proxy-authorization'] ?? '';
    connections.push({ host: request.url ?? '', authorization });
    client.on('error', () => {});
    if (status !== 200) return client.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
    const api = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      api.pipe(client).pipe(api);
    });
    api.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
