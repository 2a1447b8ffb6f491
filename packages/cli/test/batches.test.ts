import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import type { PlanDocument } from '../src/format/plan-document.ts';
import { main } from '../src/main.ts';
import { FakeShell } from './support/fake-shell.ts';

const api = useApi();
const hour = 3_600_000;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-batch-cli-'));
  await writeFile(join(root, 'package.json'), '{}');
  await declare('fox', 'owl');
});
afterEach(() => rm(root, { recursive: true }));

function declare(...images: readonly string[]): Promise<void> {
  const rest = 'quality: low, size: 1408x480, decorative: true, placeholder: none';
  const lines = images.map((image) => {
    const [id, more = ''] = image.split(' ', 2);
    return `  ${id}: { prompt: ${id}, ${rest}${more.replace(':', ': ')} }\n`;
  });
  return writeFile(join(root, 'a.images.yaml'), `images:\n${lines.join('')}`);
}

/**
 * Runs a command in this process. `later`: how many milliseconds the clock is ahead. `ctrlC`: called with what interrupts it, once it can
 * be.
 */
async function tintype(
  args: string,
  { later = 0, missing = 'buy', ctrlC = (_interrupt: () => void): void => {} } = {},
) {
  const env = {
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: api().baseUrl,
    TINTYPE_MISSING: missing,
  };
  const shell = new FakeShell({ cwd: root, env });
  shell.time = Date.now() + later;
  const on: typeof shell.process.on = (name, interrupt) => {
    if (name === 'SIGINT') ctrlC(interrupt);
  };
  Object.assign(shell.process, { on });
  const code = await main(args.split(' ').filter(Boolean), shell);
  return { code, stdout: shell.stdout.text, stderr: shell.stderr.text };
}

const dueText = /due by \d{4}-\d\d-\d\d \d\d:\d\d UTC; run tintype batch collect/;

describe('pictures that are ordered in a batch', () => {
  beforeEach(async () => {
    await tintype('batch submit');
  });

  test('are not to buy: plan says when they are due, and what to run', async () => {
    const { stdout } = await tintype('plan');
    expect(stdout).toMatch(/fox \(attempted\): ordered in a batch at .*due by/);
    expect(stdout).toMatch(new RegExp(`\n2 pictures are ordered in a batch, ${dueText.source}`));
    expect(stdout).toContain('Nothing to buy.');
    expect(stdout).not.toContain('to buy:');
    const plan = JSON.parse((await tintype('plan --json')).stdout) as PlanDocument;
    expect(plan.totals).toMatchObject({ attempted: 2, ordered: 2, costUsd: { low: 0, high: 0 } });
    const due = new Date(api().batches.all[0]!.createdAt + 24 * hour).toISOString();
    for (const row of plan.images) expect(row.batch?.dueAt?.slice(0, 16)).toBe(due.slice(0, 16));
  });

  test('are reported by a run that may not buy, which does not advise to buy them', async () => {
    const { code, stderr } = await tintype('--frozen');
    expect(code).toBe(3);
    expect(stderr).toMatch(new RegExp(`2 pictures are ordered in a batch, ${dueText.source}`));
    expect(stderr).toContain('a.images.yaml:2');
    expect(stderr).not.toMatch(/missing buy|"buy"/);
    expect(stderr).toContain('--missing standin');

    await declare('fox', 'owl', 'elk');
    const mixed = (await tintype('--frozen')).stderr;
    expect(mixed).toContain('1 original is missing');
    expect(mixed).toMatch(
      new RegExp(`Besides, 2 pictures are ordered in a batch, ${dueText.source}`),
    );
  });

  test('are neither counted as to buy nor ordered again by a run', async () => {
    const run = await tintype('');
    expect(run.stderr).toContain('planned 2 pictures: 2 ordered in a batch');
    expect(run.stderr).not.toContain('to buy');
    const again = await tintype('batch submit');
    expect(again.stdout).toMatch(
      new RegExp(`2 pictures are ordered in a batch, ${dueText.source}`),
    );
    expect(api().batches.all).toHaveLength(1);
    expect(api().ledger).toEqual([]);
  });

  test.each([
    'plan',
    'plan --json',
    '--frozen',
    '--missing standin',
    'check',
    'verify',
    'prune --dry-run',
    'types',
    'sheet',
    'pick fox 1',
    'pull',
    'push',
    'merge nowhere',
  ])('that are due and not collected are said by %s', async (command) => {
    const early = await tintype(command);
    expect(early.stderr).not.toContain('were due by');
    const late = await tintype(command, { later: 25 * hour });
    expect(late.stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /2 pictures of the batch [0-9a-f]{8}… were due by [^:]+:\d\d UTC: run tintype batch collect/,
    );
  });

  test('are no longer due once they are collected', async () => {
    await api().batches.finishAll();
    const { code, stderr } = await tintype('', { later: 25 * hour });
    expect([code, stderr.includes('were due')]).toEqual([0, false]);
    expect((await tintype('plan', { later: 25 * hour })).stderr).toBe('');
  });
});

test('Ctrl-C ends batch watch with 130 while a batch is worked on', async () => {
  await tintype('batch submit');
  const asked = api().requests.length;
  const ctrlC = async (interrupt: () => void): Promise<void> => {
    await expect.poll(() => api().requests.length).toBeGreaterThan(asked);
    // It waits a minute after it has looked.
    await sleep(500);
    interrupt();
  };
  const { code, stdout } = await tintype('batch watch', { ctrlC });
  expect([code, stdout]).toEqual([130, expect.stringContaining('2 pictures, 0 done')]);
});

test.each(['status', 'collect', 'watch'])('batch %s takes no names', async (action) => {
  const { code, stderr } = await tintype(`batch ${action} fox`);
  expect([code, stderr]).toEqual([2, expect.stringContaining('"fox" cannot be here')]);
  expect(api().requests).toEqual([]);
});

describe('batch: true', () => {
  beforeEach(() => declare('fox ,batch:true', 'owl'));

  test('makes plan show the price in a batch beside the direct price', async () => {
    const { stdout } = await tintype('plan');
    expect(stdout).toMatch(/PAID +OTHERWISE/);
    expect(stdout).toMatch(/\nfox .* in a batch +\$/);
    expect(stdout).toMatch(/\nowl .* directly +\$/);
    expect(stdout).toMatch(/\n1 of them in a batch, within a day\. All directly: \$/);
    const { images, totals } = JSON.parse((await tintype('plan --json')).stdout) as PlanDocument;
    expect(images.map(({ pays }) => pays)).toEqual(['batch', 'direct']);
    for (const { prices } of [...images, totals])
      expect(prices!.batch!.high).toBeCloseTo(prices!.direct!.high / 2, 5);
  });

  test('is ordered by a run, which exits with 0 and says what is pending', async () => {
    const { code, stdout } = await tintype('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/1 picture ordered for at most \$/);
    expect(stdout).toMatch(/1 picture is pending in a batch, due by \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(api().ledger.map(({ prompt }) => prompt)).toEqual(['owl']);
    await api().batches.finishAll();
    const late = await tintype('');
    expect([late.code, late.stdout.includes('pending')]).toEqual([0, false]);
    expect(await tintype('--frozen')).toMatchObject({ code: 0 });
  });

  test('is a pending event of the JSON reporter', async () => {
    const { stdout } = await tintype('--reporter json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; id?: string; pending?: number });
    expect(events).toContainEqual(expect.objectContaining({ type: 'pending', id: 'fox' }));
    expect(events.at(-1)).toMatchObject({ type: 'done', pending: 1, failed: 0 });
  });
});

test('costs shows purchases in batches and direct purchases separately', async () => {
  expect((await tintype('costs')).stdout).toBe('Nothing was bought.\n');
  await declare('fox ,batch:true', 'owl', 'elk');
  await tintype('');
  await api().batches.finishAll();
  await tintype('batch collect');
  const { models } = JSON.parse((await tintype('costs --json')).stdout) as {
    models: readonly Record<'direct' | 'batch', { pictures: number; costUsd: number }>[];
  };
  expect(models).toMatchObject([
    { provider: 'openai', direct: { pictures: 2 }, batch: { pictures: 1, unknown: 0 } },
  ]);
  const billed = (isBatch: boolean) =>
    api()
      .ledger.filter(({ batchId }) => (batchId !== null) === isBatch)
      .reduce((sum, { costUsd }) => sum + costUsd, 0);
  expect(models[0]!.direct.costUsd).toBeCloseTo(billed(false), 5);
  expect(models[0]!.batch.costUsd).toBeCloseTo(billed(true), 5);
  const { stdout } = await tintype('costs');
  expect(stdout).toMatch(/PROVIDER +MODEL +DIRECT +COST +IN BATCHES +COST/);
  const sum =
    /\n3 pictures: \$[\d.]+ \(\$[\d.]+ of it in batches\)\nEstimated today: \$[\d.]+–\$[\d.]+ for 2 pictures that cost \$[\d.]+\n$/;
  expect(stdout).toMatch(sum);

  const names = async (by: string) => {
    const { groups } = JSON.parse((await tintype(`costs --by ${by} --json`)).stdout) as {
      groups: readonly {
        name: string | null;
        direct: { pictures: number };
        batch: { pictures: number };
      }[];
    };
    return groups.map(({ name, direct, batch }) => [name, direct.pictures, batch.pictures]);
  };
  expect(await names('image')).toEqual([
    ['elk', 1, 0],
    ['fox', 0, 1],
    ['owl', 1, 0],
  ]);
  expect(await names('manifest')).toEqual([[expect.stringMatching(/\.images\.yaml$/), 2, 1]]);
  expect(await names('day')).toEqual([[expect.stringMatching(/^20\d\d-\d\d-\d\d$/), 2, 1]]);
  const byImage = (await tintype('costs --by image')).stdout;
  expect(byImage).toMatch(/^IMAGE +DIRECT +COST +IN BATCHES +COST\nelk +1 /);
  expect(byImage).toMatch(sum);
  expect(await names('person')).toEqual([[null, 2, 1]]);
  expect((await tintype('costs --by weekday')).stderr).toContain("'weekday'");
});
