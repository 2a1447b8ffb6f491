/**
 * `fixtures/project-of-0.1.0` was bought from the emulator by the build of 2026-11-28 09:00: candidates, a take, an input
 * image. Never write its files again: every later version must find what an older version bought.
 */
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testProject } from './support/project.ts';

const fixture = fileURLToPath(new URL('fixtures/project-of-0.1.0/', import.meta.url));

async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [path.slice(folder.length), (await readFile(path)).toString('base64')];
  });
  return Object.fromEntries(await Promise.all(read)) as Record<string, string>;
}

test('what an older version bought is found, delivered and left as it is', async () => {
  const text = await readFile(join(fixture, 'a.images.yaml'));
  await using project = await testProject({ 'a.images.yaml': text });
  const store = join(project.root, '.tintype');
  await cp(join(fixture, 'store'), store, { recursive: true });
  const before = await filesOf(store);

  const { requests, totals } = await project.plan();
  expect(requests.map(({ status }) => status)).toEqual(Array(5).fill('stored'));
  expect(totals).toMatchObject({ stored: 5, missing: 0, attempted: 0 });
  // Nothing listens at the port of the test project's API.
  const { result } = await project.generate();
  expect(result).toMatchObject({ delivered: 4, failed: 0, bought: 0, costUsd: 0 });
  const after = await filesOf(store);
  for (const [file, bytes] of Object.entries(before)) expect(after[file], file).toBe(bytes);
});
