import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface HttpsServer extends AsyncDisposable {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** How many requests it answered. */
  readonly requests: number;
}

/** A server on the loopback interface whose certificate `testCa` vouches for, for 127.0.0.1, ::1 and localhost. */
export async function startHttpsServer(listener: RequestListener): Promise<HttpsServer> {
  let requests = 0;
  const server = createServer({ key: testKey, cert: testCa }, (request, response) => {
    requests++;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Self-signed, for tests only, valid until 2126. */
export const testCa = `-----BEGIN CERTIFICATE-----
MIIBtTCCAVygAwIBAgIUMUt5P9TMlLAeKoNLfkKE1C8PHbEwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNbG9vcGJhY2sgdGVzdDAgFw0yNjExMjMwMzIxMTZaGA8yMTI2
MTAzMDAzMjExNlowGDEWMBQGA1UEAwwNbG9vcGJhY2sgdGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABHCskIDZX3XH5HMOh6Tn0UlHTmT3PqJlCIE4+Ha3CciD
t6NqQKBxhD+pFDe1KzcbYK23N0lFX7qefi1TU5OgQXajgYEwfzAdBgNVHQ4EFgQU
LtZXJlu7QgWiRYaeDWUzcakKBuQwHwYDVR0jBBgwFoAULtZXJlu7QgWiRYaeDWUz
cakKBuQwDwYDVR0TAQH/BAUwAwEB/zAsBgNVHREEJTAjgglsb2NhbGhvc3SHBH8A
AAGHEAAAAAAAAAAAAAAAAAAAAAEwCgYIKoZIzj0EAwIDRwAwRAIgKDRiDoYtno5n
Aqir4BAgTa0GacEvBOE2x7wFHotx768CIBcJl0b4wVE3LXoAweDAHRJXlkzO19Gp
7/qd6vUSikq9
-----END CERTIFICATE-----`;

const testKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjOkfpNCmuhiuco3a
KR6iy/g1nq4x4K5ryWevBPowrXmhRANCAARwrJCA2V91x+RzDoek59FJR05k9z6i
ZQiBOPh2twnIg7ejakCgcYQ/qRQ3tSs3G2CttzdJRV+6nn4tU1OToEF2
-----END PRIVATE KEY-----`;
