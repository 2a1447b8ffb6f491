import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreRecord } from '../../src/index.ts';
import { hashesBelow, hashOf, openScene, type Scene } from './scene.ts';

/** The files of a bought picture in the store, as absolute paths. */
export interface BoughtFiles {
  readonly original: string;
  readonly record: string;
}

export interface StoreDamage {
  readonly name: string;
  readonly code: 'original-damaged' | 'original-missing' | 'record-damaged';
  /** What `verify` advises. */
  readonly remedy: RegExp;
  /** `other`: another picture of the same store. */
  readonly plant: (hero: BoughtFiles, other: BoughtFiles) => Promise<void>;
}

export interface VariantDamage {
  readonly name: string;
  /** A missing variant looks like one that was never encoded, so `verify` cannot report it. */
  readonly isNoticed: boolean;
  readonly plant: (file: string) => Promise<void>;
}

export interface DamageResult {
  readonly name: string;
  /** Promises that were broken, which should be none. */
  readonly problems: readonly string[];
  readonly boughtTwice: number;
}

export const damagedManifest = `
defaults: { quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }
images:
  hero: { prompt: hero }
  other: { prompt: other }
`;

export const storeDamages: readonly StoreDamage[] = [
  {
    name: 'an original that is cut short',
    code: 'original-damaged',
    remedy: /git checkout/,
    plant: ({ original }) => truncate(original, 1000),
  },
  {
    name: 'an original that is empty',
    code: 'original-damaged',
    remedy: /git checkout/,
    plant: ({ original }) => truncate(original, 0),
  },
  {
    name: 'an original with a flipped bit',
    code: 'original-damaged',
    remedy: /git checkout/,
    plant: ({ original }) => flip(original),
  },
  {
    name: 'an original that is missing',
    code: 'original-missing',
    remedy: /git checkout/,
    plant: ({ original }) => rm(original),
  },
  {
    name: 'two originals that are swapped',
    code: 'original-damaged',
    remedy: /exchange the two files/,
    async plant({ original }, other) {
      await rename(original, `${original}.aside`);
      await rename(other.original, original);
      await rename(`${original}.aside`, other.original);
    },
  },
  {
    name: 'an original that is a Git LFS pointer',
    code: 'original-damaged',
    remedy: /git lfs pull/,
    plant: ({ original }) =>
      writeFile(original, 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n'),
  },
  {
    name: 'a record that is cut short',
    code: 'record-damaged',
    remedy: /git checkout|restore/,
    plant: ({ record }) => truncate(record, 40),
  },
  {
    name: 'a record of a newer version',
    code: 'record-damaged',
    remedy: /newer|update|restore/,
    plant: async ({ record }) =>
      writeFile(record, (await readFile(record, 'utf8')).replace('"version": 1', '"version": 2')),
  },
  {
    name: 'an original that is a pipe',
    code: 'original-damaged',
    remedy: /EFTYPE/,
    plant: ({ original }) => replaceByPipe(original),
  },
  {
    name: 'a record that is a pipe',
    code: 'record-damaged',
    remedy: /git checkout/,
    plant: ({ record }) => replaceByPipe(record),
  },
  {
    name: 'a record that is a link to nowhere',
    code: 'record-damaged',
    remedy: /leads nowhere/,
    async plant({ record }) {
      await rm(record);
      await symlink('nowhere', record);
    },
  },
  {
    name: 'a record that the disk does not give',
    code: 'record-damaged',
    remedy: /ELOOP.*permissions/,
    async plant({ record }) {
      await rm(record);
      await symlink(record, record);
    },
  },
  {
    name: 'a record that is a folder',
    code: 'record-damaged',
    remedy: /git checkout/,
    async plant({ record }) {
      await rm(record);
      await mkdir(record);
    },
  },
  {
    name: 'an original that the disk does not give',
    code: 'original-damaged',
    remedy: /ELOOP.*permissions/,
    async plant({ original }) {
      await rm(original);
      await symlink(original, original);
    },
  },
  {
    name: 'a record that is a link to an endless device',
    code: 'record-damaged',
    remedy: /git checkout/,
    async plant({ record }) {
      await rm(record);
      await symlink('/dev/zero', record);
    },
  },
];

export const variantDamages: readonly VariantDamage[] = [
  { name: 'a cached variant with a flipped bit', isNoticed: true, plant: flip },
  {
    name: 'a cached variant that is cut short',
    isNoticed: true,
    plant: (file) => truncate(file, 100),
  },
  { name: 'a cached variant that is empty', isNoticed: true, plant: (file) => truncate(file, 0) },
  { name: 'a cached variant that is a pipe', isNoticed: false, plant: replaceByPipe },
  { name: 'a cached variant that is missing', isNoticed: false, plant: (file) => rm(file) },
];

/** The files of the picture with a prompt. */
export async function boughtFiles(root: string, prompt: string): Promise<BoughtFiles> {
  const store = join(root, '.tintype');
  for (const file of (await hashesBelow(store)).keys()) {
    if (!file.startsWith('records/')) continue;
    const record = JSON.parse(await readFile(join(store, file), 'utf8')) as StoreRecord;
    if (record.request.prompt !== prompt) continue;
    const { sha256 } = record.original;
    const original = join(store, `originals/${sha256.slice(0, 2)}/${sha256}.png`);
    return { record: join(store, file), original };
  }
  throw new Error(`no record of ${prompt}`);
}

/** The path in the cache of the bytes of a delivered file. */
export function cachedFile(root: string, bytes: Uint8Array): string {
  const hash = hashOf(bytes);
  return join(root, `node_modules/.cache/tintype/v2/files/${hash.slice(0, 2)}/${hash}`);
}

/** Plants each damage in a project whose two pictures are bought, and runs real processes on it. */
export async function runDamages(
  inStore: readonly StoreDamage[],
  inCache: readonly VariantDamage[],
): Promise<DamageResult[]> {
  await using scene = await openScene({ 'a.images.yaml': damagedManifest });
  const bought = await scene.run();
  if (bought.code !== 0) throw new Error(`an undisturbed run ended with ${bought.code}`);
  const whole = join(scene.dir, 'whole');
  await cp(scene.project, whole, { recursive: true });

  const results: DamageResult[] = [];
  const judge = async (
    { name }: { readonly name: string },
    look: () => Promise<readonly string[]>,
  ): Promise<void> => {
    await rm(scene.project, { recursive: true });
    await cp(whole, scene.project, { recursive: true });
    const before = scene.api.ledger.length;
    const problems = await look();
    results.push({ name, problems, boughtTwice: scene.api.ledger.length - before });
  };
  for (const damage of inStore) await judge(damage, () => damageStore(scene, damage));
  for (const damage of inCache) await judge(damage, () => damageVariant(scene, damage));
  return results.map((result) =>
    result.boughtTwice === 0
      ? result
      : { ...result, problems: [...result.problems, 'a picture is bought again'] },
  );
}

async function damageStore(
  { project, run }: Scene,
  { code, remedy, plant }: StoreDamage,
): Promise<string[]> {
  const problems: string[] = [];
  const hero = await boughtFiles(project, 'hero');
  await plant(hero, await boughtFiles(project, 'other'));
  const store = join(project, '.tintype');
  const before = JSON.stringify([...(await hashesBelow(store))]);
  // Without the cache, everything is read and encoded again.
  await rm(join(project, 'node_modules'), { recursive: true });
  await rm(join(project, 'public'), { recursive: true });

  const finished = await run();
  const failure = finished.events.find((event) => event.type === 'failed' && event.id === 'hero');
  if (finished.code !== 1)
    problems.push(`generate ends with ${finished.code}: ${finished.stderr.trim()}`);
  if (failure?.type !== 'failed' || failure.code !== code)
    problems.push(`generate says ${JSON.stringify(failure)}`);
  if ((await hashesBelow(join(project, 'public/images'))).has('hero.jpeg'))
    problems.push('it is delivered');

  const verified = await run({ args: ['verify', '--reporter', 'json'] });
  const path = code === 'record-damaged' ? hero.record : hero.original;
  const name = path.slice(project.length + 1);
  const finding = verified.events.find(
    (event) => event.type === 'warning' && event.message.startsWith(`${name} (hero) `),
  );
  if (verified.code !== 1) problems.push(`verify ends with ${verified.code}`);
  if (finding?.type !== 'warning' || finding.code !== code || !remedy.test(finding.message))
    problems.push(`verify says ${JSON.stringify(finding ?? verified.events)}`);
  if (JSON.stringify([...(await hashesBelow(store))]) !== before)
    problems.push('the store is changed');
  return problems;
}

async function damageVariant(
  { project, run }: Scene,
  { plant, isNoticed }: VariantDamage,
): Promise<string[]> {
  const problems: string[] = [];
  const right = await readFile(join(project, 'public/images/hero.jpeg'));
  const cached = cachedFile(project, right);
  await plant(cached);
  await rm(join(project, 'public'), { recursive: true });
  const finished = await run();
  if (finished.code !== 0)
    problems.push(`generate ends with ${finished.code}: ${finished.stderr.trim()}`);
  const delivered = await readFile(join(project, 'public/images/hero.jpeg'));
  if (!delivered.equals(right)) problems.push('other bytes are delivered');
  const again = await readFile(cached).catch(() => null);
  if (again === null || !again.equals(right)) problems.push('it is not cached again');

  await plant(cached);
  const verified = await run({ args: ['verify', '--reporter', 'json'] });
  if (verified.code !== (isNoticed ? 1 : 0)) problems.push(`verify ends with ${verified.code}`);
  const isNamed = verified.events.some(
    (event) =>
      event.type === 'warning' &&
      event.code === 'variant-damaged' &&
      event.message.startsWith(cached.slice(project.length + 1)),
  );
  if (isNamed !== isNoticed) problems.push(`verify says ${JSON.stringify(verified.events)}`);
  return problems;
}

/** A process that opens the pipe would wait for the other end forever. */
async function replaceByPipe(path: string): Promise<void> {
  await rm(path);
  execFileSync('mkfifo', [path]);
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}
