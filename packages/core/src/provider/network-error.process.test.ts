import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const classify = `
  import { openSync } from 'node:fs';
  import { fetch } from 'undici';
  import { networkError } from ${JSON.stringify(import.meta.resolve('./network-error.ts'))};
  // Everything that a request needs is loaded before there are too many files.
  const address = process.argv[1];
  const answer = await fetch(address);
  await answer.text();
  for (let isFull = false; !isFull;) {
    try {
      openSync('/dev/null');
    } catch {
      isFull = true;
    }
  }
  const error = await fetch(address, { headers: { connection: 'close' } }).catch((failure) => failure);
  const { code, message } = networkError(error) ?? {};
  console.log(JSON.stringify({ code, message }));
`;

test.skipIf(process.platform === 'win32')(
  'with too many open files, nothing was sent, so nothing was billed',
  async () => {
    const server = createServer((_, response) => response.setHeader('connection', 'close').end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const node = [process.execPath, '-C', 'tintype-source', '--input-type=module', '-e', classify];
    const { stdout } = await promisify(execFile)(
      'sh',
      ['-c', 'ulimit -n 60 && exec "$@"', 'sh', ...node, address],
      { cwd: import.meta.dirname },
    );
    server.close();
    expect(JSON.parse(stdout)).toEqual({
      code: 'not-connected',
      message: 'the API could not be reached (EMFILE)',
    });
  },
);
