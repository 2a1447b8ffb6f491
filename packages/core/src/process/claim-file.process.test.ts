import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Claim, claimFile, type ClaimTiming, clearDeadClaims, isHeld } from './claim-file.ts';

let dir: string;
let path: string;
let log: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tintype-claim-'));
  path = join(dir, 'key.lock');
  log = join(dir, 'log');
  await writeFile(log, '');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const never = new AbortController().signal;
const worker = fileURLToPath(new URL('../../test/support/claim-and-write.ts', import.meta.url));

function run(times: number, workMs: number): ChildProcess {
  return spawn(process.execPath, [worker, path, log, String(times), String(workMs)], {
    stdio: 'inherit',
  });
}

/** The file of the one that holds the path. */
async function claimed(): Promise<string> {
  const [name] = await readdir(path);
  return join(path, name!);
}

/** A claim of a process that cannot be checked from this machine. */
async function plant(token: string, fields: object = {}): Promise<() => Promise<void>> {
  let beats = 7;
  const write = () =>
    writeFile(
      join(path, token),
      JSON.stringify({ token, pid: 1, realm: 'elsewhere', beats: beats++, ...fields }),
    );
  await mkdir(path, { recursive: true });
  await write();
  return write;
}

const quick: ClaimTiming = { beatMs: 20, deadAfterMs: 300, busyDeadAfterMs: 900, pollMs: 10 };

async function lines(): Promise<string[]> {
  return (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
}

test('four processes that want a file have it one after the other', async () => {
  const children = Array.from({ length: 4 }, () => run(15, 2));
  await Promise.all(children.map((child) => once(child, 'exit')));
  const written = await lines();
  expect(written).toHaveLength(4 * 15 * 2);
  for (let index = 0; index < written.length; index += 2) {
    const pid = written[index]!.replace('begin ', '');
    expect([written[index], written[index + 1]]).toEqual([`begin ${pid}`, `end ${pid}`]);
  }
  expect(await readdir(dir)).toEqual(['log']);
});

test('a holder that was killed is taken over at once', async () => {
  const child = run(1, 60_000);
  await expect.poll(lines).toHaveLength(1);
  expect(await isHeld(path)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await isHeld(path)).toBe(false);
  const started = performance.now();
  const claim = await claimFile(path, never);
  // Long before a claim whose process cannot be checked would be taken over.
  expect(performance.now() - started).toBeLessThan(10_000);
  await claim?.release();
});

test('of several that find a holder dead, one takes over, however many are killed', async () => {
  const children = new Set<ChildProcess>();
  const killed = new Set<number>();
  const spawnOne = (): void => {
    const child = run(1000, 1);
    children.add(child);
    child.once('exit', () => children.delete(child));
  };
  for (let count = 0; count < 5; count++) spawnOne();
  for (let kill = 0; kill < 15; kill++) {
    await sleep(60);
    // The one that holds it, as far as one look can tell.
    const holder = Number((await lines()).at(-1)?.split(' ')[1]);
    const victim = [...children].find(({ pid }) => pid === holder) ?? [...children][0]!;
    killed.add(victim.pid!);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    spawnOne();
  }
  for (const child of children) {
    killed.add(child.pid!);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  let holder = '';
  for (const line of await lines()) {
    const [what, pid = ''] = line.split(' ');
    if (what === 'end') expect(pid).toBe(holder);
    else if (holder !== '') expect([...killed]).toContain(Number(holder));
    holder = what === 'end' ? '' : pid;
  }
  await clearDeadClaims(path);
  expect(await readdir(dir)).toEqual(['log']);
});

test('a process that has the id of a dead holder is not taken for it', async () => {
  const child = run(1, 60_000);
  await expect.poll(lines).toHaveLength(1);
  const holder = JSON.parse(await readFile(await claimed(), 'utf8')) as { born: string };
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(holder.born).not.toBe('');
  await writeFile(await claimed(), JSON.stringify({ ...holder, pid: process.pid }));
  expect(await isHeld(path)).toBe(false);
});

test('a holder that is stopped, and lives, is waited for', async () => {
  const child = run(1, 60_000);
  await expect.poll(lines).toHaveLength(1);
  child.kill('SIGSTOP');
  try {
    const patience = AbortSignal.timeout(800);
    const timing = { ...quick, deadAfterMs: 100 };
    expect(await claimFile(path, patience, timing)).toBeNull();
  } finally {
    child.kill('SIGKILL');
  }
});

test('a holder on another machine is dead once it shows no life, and not before', async () => {
  const beat = await plant(randomUUID());
  const beating = setInterval(() => void beat(), 50);
  expect(await claimFile(path, AbortSignal.timeout(900), quick)).toBeNull();
  clearInterval(beating);
  const claim = await claimFile(path, AbortSignal.timeout(60_000), quick);
  expect(claim).not.toBeNull();
  await claim?.release();
  expect(await readdir(dir)).toEqual(['log']);
});

test('a holder on another machine that is busy is waited for longer', async () => {
  await plant(randomUUID());
  const busy = () => Promise.resolve(true);
  const patience = AbortSignal.timeout(700);
  expect(await claimFile(path, patience, quick, () => {}, busy)).toBeNull();
  const claim = await claimFile(path, AbortSignal.timeout(60_000), quick, () => {}, busy);
  expect(claim).not.toBeNull();
  await claim?.release();
});

test('a holder beats into its own file, and its claim stays whole for readers', async () => {
  const claim = await claimFile(path, never, quick);
  const texts = new Set<string>();
  while (texts.size < 10) {
    texts.add(await readFile(await claimed(), 'utf8'));
    expect(await claim!.isOurs()).toBe(true);
  }
  const beats = [...texts].map((text) => (JSON.parse(text) as { beats: number }).beats);
  expect(beats.length).toBeGreaterThan(5);
  expect(beats).toEqual(beats.toSorted((a, b) => a - b));
  await claim?.release();
});

describe('a claim that was taken over', () => {
  /** A claim of this process, which another one then takes for dead, and claims. */
  async function takenOver(): Promise<{ claim: Claim; successor: string }> {
    const claim = await claimFile(path, never, quick);
    await rm(await claimed());
    const successor = randomUUID();
    await plant(successor);
    return { claim: claim!, successor };
  }

  test('is not ours any more, and its beats do not bring it back', async () => {
    const { claim, successor } = await takenOver();
    expect(await claim.isOurs()).toBe(false);
    await sleep(100);
    expect(await readdir(path)).toEqual([successor]);
    await claim.release();
  });

  test('is not released by its former holder, nor is what its successor left to a third', async () => {
    const { claim, successor } = await takenOver();
    await claim.release();
    expect(await readdir(path)).toEqual([successor]);
    await claim.release();
    await rm(join(path, successor));
    const third = await claimFile(path, never, quick);
    await claim.release();
    expect(await third!.isOurs()).toBe(true);
    expect(await readdir(path)).toHaveLength(1);
    await third!.release();
  });

  test('cannot be released late by one that found it its own just before', async () => {
    // Whatever a former holder found out, all that it can do is to remove the name that only it ever had.
    const first = await claimFile(path, never, quick);
    expect(await first!.isOurs()).toBe(true);
    await rm(await claimed());
    const successor = await claimFile(path, never, quick);
    await Promise.all(Array.from({ length: 20 }, () => first!.release()));
    expect(await successor!.isOurs()).toBe(true);
    await successor!.release();
  });
});

describe('what a clone brings in the place of a claim', () => {
  const outside = () => join(dir, 'log');

  test.each([
    ['a path', '../log'],
    ['an absolute path', '/etc/passwd'],
    ['a name', 'log'],
    ['no text', 7],
    ['nothing', undefined],
  ])('as a token %s reaches no other file', async (_, token) => {
    await writeFile(outside(), 'precious');
    await writeFile(path, JSON.stringify({ token, pid: 999_999, realm: '', beats: 0 }));
    const claim = await claimFile(path, AbortSignal.timeout(60_000), quick);
    expect(claim).not.toBeNull();
    await claim!.release();
    await clearDeadClaims(path);
    expect(await readdir(dir)).toEqual(['log']);
    expect(await readFile(outside(), 'utf8')).toBe('precious');
  });

  test.each([
    ['pid', { pid: -1 }],
    ['pid', { pid: 1.5 }],
    ['pid', { pid: '1' }],
    ['beats', { beats: 'many' }],
    ['beats', { beats: -1 }],
    ['token', { token: randomUUID() }],
    ['realm', { realm: 'x'.repeat(2000) }],
    ['size', { more: 'x'.repeat(100_000) }],
  ])('with a bad %s is nobody, and is taken over when it is silent', async (_, fields) => {
    await plant(randomUUID(), fields);
    const began = performance.now();
    const claim = await claimFile(path, AbortSignal.timeout(60_000), quick);
    expect(performance.now() - began).toBeGreaterThan(250);
    expect(await claim!.isOurs()).toBe(true);
    await claim!.release();
  });

  test('is not followed where it is a link, and what the link names stays', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'tintype-elsewhere-'));
    const precious = join(elsewhere, randomUUID());
    await writeFile(precious, 'precious');
    await symlink(elsewhere, path);
    const claim = await claimFile(path, AbortSignal.timeout(60_000), quick);
    await claim!.release();
    expect(await readFile(precious, 'utf8')).toBe('precious');
    await rm(elsewhere, { recursive: true });
  });
});

test('an empty folder in its place is free, and a full one is reported after a while', async () => {
  await mkdir(path);
  await (await claimFile(path, never, quick))!.release();
  await mkdir(join(path, 'no claim'), { recursive: true });
  await expect(claimFile(path, never, quick)).rejects.toMatchObject({
    code: 'store-not-readable',
    message: expect.stringContaining(path) as string,
  });
  // In the place of its only file, too.
  await rm(path, { recursive: true });
  await mkdir(join(path, randomUUID()), { recursive: true });
  await expect(claimFile(path, never, quick)).rejects.toMatchObject({
    message: expect.stringContaining(path) as string,
  });
});

test('a file that no claim of this version is, is taken over when it is silent', async () => {
  await writeFile(path, 'no claim');
  const claim = await claimFile(path, AbortSignal.timeout(60_000), quick);
  expect(await claim!.isOurs()).toBe(true);
  await claim!.release();
  expect(await readdir(dir)).toEqual(['log']);
});
