import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimFile, clearDeadClaims, isHeld } from './claim-file.ts';

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
const worker = fileURLToPath(new URL('../test/support/claim-and-write.ts', import.meta.url));

function run(times: number, workMs: number): ChildProcess {
  return spawn(process.execPath, [worker, path, log, String(times), String(workMs)], {
    stdio: 'inherit',
  });
}

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
  await expect.poll(lines, { timeout: 10_000 }).toHaveLength(1);
  expect(await isHeld(path)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await isHeld(path)).toBe(false);
  const started = performance.now();
  const claim = await claimFile(path, never);
  // Long before one of which nobody can ask would be.
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
  await expect.poll(lines, { timeout: 10_000 }).toHaveLength(1);
  const holder = JSON.parse(await readFile(path, 'utf8')) as { born: string };
  child.kill('SIGKILL');
  await once(child, 'exit');
  // Where the system does not say when a process began, nobody can tell.
  if (holder.born === '') return;
  await writeFile(path, JSON.stringify({ ...holder, pid: process.pid }));
  expect(await isHeld(path)).toBe(false);
});

test('a holder that is stopped, and lives, is waited for', async () => {
  const child = run(1, 60_000);
  await expect.poll(lines, { timeout: 10_000 }).toHaveLength(1);
  child.kill('SIGSTOP');
  try {
    const patience = AbortSignal.timeout(800);
    const timing = { beatMs: 50, deadAfterMs: 100, pollMs: 10 };
    expect(await claimFile(path, patience, timing)).toBeNull();
  } finally {
    child.kill('SIGKILL');
  }
});

test('a holder on another machine is dead once it shows no life, and not before', async () => {
  const timing = { beatMs: 20, deadAfterMs: 300, pollMs: 10 };
  await writeFile(path, JSON.stringify({ token: 'theirs', pid: 1, realm: 'elsewhere', beats: 7 }));
  let beats = 7;
  const beating = setInterval(() => {
    beats++;
    void writeFile(path, JSON.stringify({ token: 'theirs', pid: 1, realm: 'elsewhere', beats }));
  }, 50);
  expect(await claimFile(path, AbortSignal.timeout(900), timing)).toBeNull();
  clearInterval(beating);
  const claim = await claimFile(path, AbortSignal.timeout(5000), timing);
  expect(claim).not.toBeNull();
  await claim?.release();
});

test('a claim that was taken over is not released by its former holder', async () => {
  const claim = await claimFile(path, never);
  const theirs = JSON.stringify({ token: 'theirs', pid: 1, realm: 'elsewhere', beats: 0 });
  await writeFile(path, theirs);
  await claim?.release();
  expect(await readFile(path, 'utf8')).toBe(theirs);
});

test('a folder in its place is said after a while, and not waited for for ever', async () => {
  const timing = { beatMs: 1000, deadAfterMs: 200, pollMs: 10 };
  await mkdir(path);
  await expect(claimFile(path, never, timing)).rejects.toMatchObject({
    code: 'store-not-readable',
    message: expect.stringContaining(path) as string,
  });
  // In the place of the one who would take over, too.
  await rm(path, { recursive: true });
  await writeFile(path, 'no claim');
  await mkdir(`${path}.after-nobody`);
  await expect(claimFile(path, never, timing)).rejects.toMatchObject({
    message: expect.stringContaining(`${path}.after-nobody`) as string,
  });
});
