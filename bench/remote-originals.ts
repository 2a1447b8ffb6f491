/**
 * A fresh clone of a project of many originals that builds a few of its images: with a shared store, with Git LFS, and with a
 * tar of all originals, as `actions/cache` restores it. Then a fresh folder that gets all records from a remote, compared with a
 * clone of them. Everything is on one disk, so nothing waits for a network. Git LFS: `apt-get install git-lfs`.
 *
 *     node -C tintype-source bench/remote-originals.ts [--rounds 5] [--count 2000] [--imported 50] [--kilobytes 2000]
 *       [--records 10000] [--save]
 *
 * Needs disk space for four times the originals.
 */
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { type TeamProject, teamProject } from './remote/team-project.ts';
import { compare, type Contestant } from './support/compare.ts';
import { emptyFolder } from './support/empty-folder.ts';
import { numberFlags } from './support/flags.ts';
import { publish } from './support/results.ts';
import { type Original, originalFrom } from './support/stored-project.ts';
import { comparisonTable, table } from './support/tables.ts';
import { tintype } from './warm/warm-project.ts';

const { rounds, count, imported, kilobytes, records } = numberFlags({
  rounds: 5,
  count: 2000,
  imported: 50,
  kilobytes: 2000,
  records: 10_000,
});
const viteBin = new URL('../packages/vite-plugin/node_modules/vite/bin/vite.js', import.meta.url);
const dir = await mkdtemp(join(tmpdir(), 'tintype-bench-remote-'));
/** The folder of each contestant, and the file with a line for each request to the remote. */
const clone = join(dir, 'clone');
const requests = join(dir, 'requests');
try {
  publish(`Remote originals, ${count}`, await measureBuilds(join(dir, 'originals')));
  await rm(join(dir, 'originals'), { recursive: true });
  publish(`Remote records, ${records}`, await measurePlans(join(dir, 'records')));
} finally {
  await rm(dir, { recursive: true });
}

async function measureBuilds(at: string): Promise<string> {
  const side = Math.round(Math.sqrt((kilobytes * 1000) / 3));
  const team = await teamProject(at, { images: count, imported }, () => noise(side));
  const tar = join(at, 'originals.tar');
  execFileSync('tar', ['-cf', tar, '-C', team.remote, 'originals']);
  const shared = { BENCH_REMOTE: team.remote, BENCH_REQUESTS: requests };
  const build = `'${process.execPath}' '${fileURLToPath(viteBin)}' build --logLevel error && ls dist/assets && echo`;

  const fresh = 'a clone, shared store';
  const again = 'the next build in it';
  const samples = await compare(
    [
      contestant(fresh, shared, cloned(team, 'main'), build, `cat '${requests}'`),
      {
        ...contestant(again, shared, `cd '${clone}'`, build, `cat '${requests}'`),
        before: async () => {
          await emptyFolder(join(clone, 'dist'));
          await writeFile(requests, '');
        },
      },
      contestant(
        'a clone, Git LFS',
        await gitLfs(),
        cloned(team, 'lfs'),
        build,
        'find .git/lfs/objects -type f',
      ),
      contestant(
        'a clone, tar of all originals',
        {},
        cloned(team, 'main'),
        `tar -xf '${tar}' -C .tintype`,
        build,
        'find .tintype/originals -type f',
      ),
      {
        ...contestant('its build alone', {}, `cd '${clone}'`, build),
        before: async () => {
          await rm(join(clone, 'dist'), { recursive: true });
          await rm(join(clone, 'node_modules'), { recursive: true });
        },
      },
    ],
    rounds,
  );

  const rows = [...samples].map(([name, runs]) => {
    const fetched = runs.map(({ stdout }) => linesOf(stdout.split('\n\n')[1]!));
    if (new Set(fetched.map(({ length }) => length)).size > 1)
      throw new Error(`${name} did not fetch the same in each round`);
    if ([fresh, again].includes(name) && !fetched.flat().every(isOriginal))
      throw new Error(`${name} asked the remote for more than originals`);
    const originals = fetched[0]!.length;
    return [name, `${originals}`, megabytes((originals * team.bytes) / count)];
  });
  const outputs = [...samples.values()].flat().map(({ stdout }) => stdout.split('\n\n')[0]);
  if (new Set(outputs).size > 1) throw new Error('the builds made other files');
  return [
    `${count} originals of ${megabytes(team.bytes / count)}. A Vite build imports ${imported} of them, in two files each, which no cache has. All requests for the shared store are counted; each of them fetched an original. Everything is on one disk: a network would add the time that it takes for the bytes fetched.`,
    table(['', 'originals fetched', 'bytes fetched'], rows),
    comparisonTable(samples, fresh),
  ].join('\n\n');
}

/** All records name one small original, which nothing reads. */
async function measurePlans(at: string): Promise<string> {
  const original = await noise(16);
  const team = await teamProject(at, { images: records, imported: 1 }, async () => original);
  const shared = { BENCH_REMOTE: team.remote, BENCH_REQUESTS: requests };
  const recordless = { ...shared, BENCH_RECORDS: 'remote' };
  await rm(clone, { recursive: true });
  execFileSync('git', ['clone', '--quiet', team.origin, clone]);
  execFileSync(process.execPath, [tintype, 'push', '--quiet'], {
    cwd: clone,
    env: { ...process.env, ...recordless },
    stdio: 'inherit',
  });
  const site = join(at, 'site');
  await rename(clone, site);
  await rm(join(site, '.git'), { recursive: true });
  await rm(join(site, '.tintype'), { recursive: true });
  await rm(join(site, 'node_modules'), { recursive: true, force: true });

  const plan = `'${process.execPath}' '${tintype}' plan --json >/dev/null && cat '${requests}'`;
  const fresh = 'a folder without records';
  const byGit = 'a clone with all records';
  const samples = await compare(
    [
      contestant(fresh, recordless, `cp -r '${site}' '${clone}' && cd '${clone}'`, plan),
      {
        ...contestant('the next plan in it', recordless, `cd '${clone}'`, plan),
        before: () => writeFile(requests, ''),
      },
      contestant(byGit, shared, cloned(team, 'main'), plan),
    ],
    rounds,
  );
  const objects = execFileSync('du', ['-sb', join(clone, '.git/objects')], { encoding: 'utf8' });
  const inGit = `${megabytes(Number.parseInt(objects, 10))} by git`;
  const rows = await Promise.all(
    [...samples].map(async ([name, runs]) => {
      const requestLines = runs.map(({ stdout }) => linesOf(stdout));
      const sizes = requestLines[0]!.map(async (line) => {
        const { size } = await stat(join(team.remote, line.split(' ')[1]!));
        return size;
      });
      const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      return [name, `${requestLines[0]!.length}`, name === byGit ? inGit : megabytes(bytes)];
    }),
  );
  return [
    `\`tintype plan\` of ${records} images that are all bought, with \`records: 'remote'\`, beside a clone that brings the records:`,
    table(['', 'requests for the remote', 'bytes fetched'], rows),
    comparisonTable(samples, fresh),
  ].join('\n\n');
}

/** Runs the steps one after the other in a shell, after removing everything of the contestant before. */
function contestant(
  name: string,
  env: Readonly<Record<string, string>>,
  ...steps: string[]
): Contestant {
  return {
    name,
    command: ['sh', '-c', steps.join(' && ')],
    env,
    before: async () => {
      await rm(clone, { recursive: true, force: true });
      await writeFile(requests, '');
      // Flushes the disk, so that the next contestant does not wait for the writes of the one before.
      execFileSync('sync');
    },
  };
}

function cloned({ origin }: TeamProject, branch: string): string {
  return `git clone --quiet --single-branch --branch ${branch} 'file://${origin}' '${clone}' && cd '${clone}'`;
}

/** Sets git up as `git lfs install` does, without changing the user's settings. */
async function gitLfs(): Promise<Record<string, string>> {
  const path = join(dir, 'gitconfig');
  const filter = `[filter "lfs"]
  clean = git-lfs clean -- %f
  smudge = git-lfs smudge -- %f
  process = git-lfs filter-process
  required = true
`;
  await writeFile(path, filter);
  return { GIT_CONFIG_GLOBAL: path };
}

/** A new PNG of a little more than three bytes for each pixel. */
async function noise(side: number): Promise<Original> {
  const pixels = randomFillSync(Buffer.alloc(side * side * 3));
  const raw = { width: side, height: side, channels: 3 } as const;
  return originalFrom(await sharp(pixels, { raw }).png({ compressionLevel: 0 }).toBuffer());
}

function isOriginal(request: string): boolean {
  return request.startsWith('get originals/');
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes > 0 && bytes < 1e7 ? 1 : 0)} MB`;
}
