import { request as httpRequest } from 'node:http';
import { type HttpsServer, startHttpsServer } from './https-server.ts';

/** An emulated API behind a certificate of `testCa`. `url`: of the API, asked at each request. */
export function startHttpsApi(url: () => string): Promise<HttpsServer> {
  return startHttpsServer((incoming, response) => {
    const { method, url: path, headers } = incoming;
    const onward = httpRequest(new URL(path ?? '/', url()), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
}
