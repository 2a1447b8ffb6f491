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

/** A server on the loopback interface whose certificate `testCa` vouches for, for 127.0.0.1, ::1, localhost and `*.tintype.test`. */
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
MIIBxzCCAW2gAwIBAgIUGfgR4sjerGcZauD34ANwzi6+yUYwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNbG9vcGJhY2sgdGVzdDAgFw0yNjExMjgyMjE4NDlaGA8yMTI2
MTEwNDIyMTg0OVowGDEWMBQGA1UEAwwNbG9vcGJhY2sgdGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABDw9+n2mxyz17ta4OvxkANyrpg5fjl8PMyUbXQiIo5gv
n2PRB/g3HFRQu8ptp+S+ZN+xMMkoxFThyYjs6Hzbi7WjgZIwgY8wHQYDVR0OBBYE
FO0NHxWfcDVQI9j1EL50fjjv9mVlMB8GA1UdIwQYMBaAFO0NHxWfcDVQI9j1EL50
fjjv9mVlMA8GA1UdEwEB/wQFMAMBAf8wPAYDVR0RBDUwM4IJbG9jYWxob3N0gg4q
LnRpbnR5cGUudGVzdIcEfwAAAYcQAAAAAAAAAAAAAAAAAAAAATAKBggqhkjOPQQD
AgNIADBFAiBpsybPgm2xOdM5Nl7juFBtnUt1iNtJJEmiqpI7mcfZGwIhAPMzIiu3
insjUlO0jmA6Zhw/wMX+5fG9jUcsVa+d02xd
-----END CERTIFICATE-----`;

export const testKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzune1ugKX6hDkfe5
if7eLEDJBUy37O6g7TBLKBau1PmhRANCAAQ8Pfp9pscs9e7WuDr8ZADcq6YOX45f
DzMlG10IiKOYL59j0Qf4NxxUULvKbafkvmTfsTDJKMRU4cmI7Oh824u1
-----END PRIVATE KEY-----`;
