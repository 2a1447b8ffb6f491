import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outcomeOf } from '../../core/test/remote-contract.ts';
import { s3 } from '../src/s3.ts';

/** What the server answers, page by page, and what it was asked for. */
let pages: string[] = [];
let queries: URLSearchParams[] = [];
const server = createServer((request, response) => {
  queries.push(new URL(request.url!, 'http://localhost').searchParams);
  response.end(pages[queries.length - 1] ?? pages.at(-1));
});
let endpoint: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function listed(prefix: string, ...given: string[]): Promise<unknown> {
  [pages, queries] = [given, []];
  const credentials = async () => ({ accessKeyId: 'id', secretAccessKey: 'key' });
  const remote = s3({ bucket: 'tintype', prefix: 'site', endpoint, credentials });
  const names: string[] = [];
  const list = async () => {
    for await (const { name } of remote.list(prefix)) names.push(name);
    return names;
  };
  return outcomeOf(list());
}

const entry = (key: string, size = '5', time = '2026-11-28T15:00:00.000Z') =>
  `<Contents><Key>${key}</Key><LastModified>${time}</LastModified><Size>${size}</Size></Contents>`;
const page = (entries: string, next: string | null = null) =>
  `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${entries}<IsTruncated>${next !== null}</IsTruncated>${next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}</ListBucketResult>`;

test('pages are followed by their tokens, which are decoded', async () => {
  const names = await listed('a', page(entry('site/a/1'), 'x&amp;y=/+ z'), page(entry('site/a/2')));
  expect(names).toEqual(['a/1', 'a/2']);
  expect(queries.map((query) => query.get('prefix'))).toEqual(['site/a', 'site/a']);
  expect(queries.map((query) => query.get('continuation-token'))).toEqual([null, 'x&y=/+ z']);
});

test('names that were not asked for, or that no remote has, are left out', async () => {
  const odd = [
    'site/../../etc',
    'site/a/../b',
    'site/A',
    'site/a%2e',
    'other/a',
    'site/',
    'site/b',
  ];
  expect(await listed('a', page([...odd, 'site/a'].map((key) => entry(key)).join('')))).toEqual([
    'a',
  ]);
});

test.each([
  ['nothing', ''],
  ['HTML', '<html><body>Contents</body></html>'],
  ['a size that is no number', page(entry('site/a', '-1'))],
  ['a size that is too large', page(entry('site/a', '9'.repeat(400)))],
  ['no time', page(entry('site/a', '5', 'yesterday'))],
  ['a next page without a token', '<ListBucketResult><IsTruncated>true</IsTruncated>'],
  ['the same page for ever', page(entry('site/a'), 'same')],
])('a listing with %s is damaged', async (_, text) => {
  expect(await listed('', text)).toMatchObject({ code: 'remote-damaged' });
});

test('a listing that is larger than a page is not read to its end', async () => {
  expect(await listed('', page('x'.repeat(11_000_000)))).toMatchObject({ code: 'remote-damaged' });
});

test('an XML that is made to be slow is read in a moment', async () => {
  const began = process.cpuUsage();
  await listed('', `<ListBucketResult>${'<Contents>'.repeat(900_000)}`);
  await listed('', `<ListBucketResult>${'<Contents><Key>'.repeat(600_000)}`);
  await listed('', `<ListBucketResult>${entry('<Key>'.repeat(1_000_000))}`);
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(5);
});
