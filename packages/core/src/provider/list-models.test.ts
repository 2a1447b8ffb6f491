import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { listModels } from './list-models.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** The address of an API that answers with the pieces. */
async function apiOf(pieces: Iterable<string>): Promise<string> {
  server = createServer((_, response) => {
    response.on('error', () => {});
    for (const piece of pieces) response.write(piece);
    response.end();
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('models are listed with the days on which they are shut down, and nothing else', async () => {
  const models = [
    { id: 'a', shutdown_date: '2026-12-01T00:00:00Z' },
    { id: 'b', shutdown_date: 'RECOGNISABLE' },
    { id: 'c' },
    { no: 'id' },
  ];
  const listed = await listModels(await apiOf([JSON.stringify({ data: models })]), 'key');
  expect([...listed]).toEqual([
    ['a', '2026-12-01'],
    ['b', null],
    ['c', null],
  ]);
});

test('a list that is longer than any is not read to its end', async () => {
  const pieces = Array.from({ length: 12 }, () => ' '.repeat(1_000_000));
  const list = listModels(await apiOf([...pieces, '{"data":[]}']), null);
  await expect(list).rejects.toThrow('the API answered with no list of models');
});
