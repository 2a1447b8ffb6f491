import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenAiEmulator, startOpenAiEmulator } from '@tintype/emulators/openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { commitAll, git } from '../../core/test/support/git.ts';
import { type Finished, runBin } from './support/run-bin.ts';

let api: OpenAiEmulator;
let template: string;
let root: string;

const head = `# What the front page shows
defaults: { quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }
images:
`;
const hero = `  hero:            # the first
    prompt: hero
    number_of_images: 2
`;
const other = '  other: { prompt: "other\\e[2J" }\n';

function tintype(...args: string[]): Promise<Finished> {
  return runBin(root, args, { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: api.baseUrl });
}

beforeAll(async () => {
  api = await startOpenAiEmulator();
  template = root = await mkdtemp(join(tmpdir(), 'tintype-'));
  await writeFile(join(root, 'package.json'), '{}');
  await writeFile(join(root, '.gitignore'), 'node_modules\npublic\n');
  await writeFile(join(root, 'a.images.yaml'), head + hero + other);
  await tintype();
  git(root, 'init', '--quiet');
  commitAll(root);
});
afterAll(async () => {
  await api.close();
  await rm(template, { recursive: true });
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-'));
  execFileSync('cp', ['-a', `${template}/.`, root]);
});
afterEach(() => rm(root, { recursive: true }));

/** The files without .gitattributes and .gitignore. */
async function files(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.git'))
    .map(({ parentPath, name }) => join(parentPath, name));
}

test('report --measure is exit 1 if a picture cannot be compared, and compares the others', async () => {
  await rm(join(root, 'node_modules'), { recursive: true });
  await truncate((await files('.tintype/originals'))[0]!, 10);
  const { code, stdout, stderr } = await tintype('report', '--measure');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^jpeg +\d+ (\(\d+ to \d+\) )? *[\d.]+ kB +[\d.]+ kB, quality \d+/m);
  expect(stderr).toContain('original-damaged');
  expect(stderr).toContain('Compares each file with its picture.');
});

describe('verify', () => {
  test('is exit 0 and says what was checked if nothing is wrong', async () => {
    const { code, stdout, stderr } = await tintype('verify');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^3 records, 3 originals \(.* [kM]B\), 3 cached files \(.* kB\): nothing is wrong\.\n$/,
    );
  });

  test('is exit 1 with a line for each mistake, even with --quiet', async () => {
    await truncate((await files('.tintype/originals'))[0]!, 10);
    await truncate((await files('node_modules/.cache/tintype/v2/files'))[0]!, 10);
    const quiet = await tintype('verify', '--quiet');
    expect(quiet).toMatchObject({ code: 1, stdout: '' });
    expect(quiet.stderr).toMatch(
      /^original-damaged {2}\.tintype\/originals\/\S+ \(\w+\) is cut short: 10 of \d+ bytes; restore it \(git checkout/m,
    );
    expect(quiet.stderr).toMatch(
      /^variant-damaged {2}node_modules\/\S+ .*: removed; the next run encodes it again$/m,
    );
    const again = await tintype('verify');
    expect(again.code).toBe(1);
    expect(again.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^original-damaged /),
      'More about original-damaged: tintype explain original-damaged',
    ]);
    expect(again.stdout).toMatch(/: 1 wrong, see above\.\n$/);
  });

  test('prints one warning on each line with --reporter json', async () => {
    await rm((await files('.tintype/originals'))[0]!);
    const { code, stdout } = await tintype('verify', '--reporter', 'json');
    expect(code).toBe(1);
    const [event, ...rest] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(rest).toEqual([]);
    expect(event).toEqual({
      type: 'warning',
      code: 'original-missing',
      message: expect.stringContaining('.tintype/originals/'),
      time: expect.any(String),
    });
  });
});

describe('prune', () => {
  beforeEach(() => writeFile(join(root, 'a.images.yaml'), head + hero));

  test('--dry-run lists what it would remove, with its cost, and removes nothing', async () => {
    const { code, stdout } = await tintype('prune', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^PICTURE +MODEL +BOUGHT +SIZE +COST +PROMPT\n[0-9a-f]{12} +gpt-image-2.5-flare .* \$0\.\d+ +other\n/,
    );
    expect(stdout).toMatch(/^Would remove 1 picture \(.* [kM]B\) that cost \$0\.\d{4}\.$/m);
    expect(stdout).toMatch(/^Would remove 1 file of the cache \(.* kB\)\.$/m);
    expect(await files('.tintype')).toHaveLength(6);
  });

  test('removes it, and a second one has nothing to do', async () => {
    const { code, stdout, stderr } = await tintype('prune');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Removed 1 picture/m);
    expect(stderr).toMatch(
      /^removed \.tintype\/records\/\S+\nremoved \.tintype\/originals\/\S+\n$/,
    );
    expect(await files('.tintype')).toHaveLength(4);
    expect(await tintype('prune')).toMatchObject({ code: 0, stdout: 'Nothing to prune.\n' });
  });

  test('--reporter json names every file that is or would be removed', async () => {
    const events = async (...args: string[]) =>
      (await tintype('prune', '--reporter', 'json', ...args)).stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; code?: string; file?: string });
    expect((await events('--dry-run')).map(({ type, code }) => `${type} ${code}`)).toEqual([
      'warning would-remove',
      'warning would-remove',
    ]);
    expect((await events()).map(({ type, file }) => `${type} ${file?.slice(0, 12)}`)).toEqual([
      'removed .tintype/rec',
      'removed .tintype/ori',
    ]);
  });

  test('keeps what another branch has, and says how to remove it', async () => {
    git(root, 'branch', 'release');
    const { code, stdout } = await tintype('prune');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Kept 1 picture \(.*\) that cost \$0\.\d+: another branch or tag has it\.$/m,
    );
    expect(stdout).toContain('--older-than <days> removes it by its age');
    expect(await files('.tintype')).toHaveLength(6);
    expect((await tintype('prune', '--older-than', '30d')).stdout).toMatch(
      /^Kept 1 picture .* younger than/m,
    );
    expect((await tintype('prune', '--older-than', '0')).stdout).toMatch(/^Removed 1 picture/m);
    expect(await files('.tintype')).toHaveLength(4);
  });

  test('is exit 2 while a manifest has a mistake, and removes nothing', async () => {
    await writeFile(join(root, 'a.images.yaml'), `${head}${hero}  bad: { prmpt: x }\n`);
    const { code, stderr } = await tintype('prune', '--older-than', '0');
    expect(code).toBe(2);
    expect(stderr).toContain('unknown-field');
    expect(await files('.tintype')).toHaveLength(6);
  });

  test('is exit 2 for an invalid age', async () => {
    const { code, stderr } = await tintype('prune', '--older-than', 'month');
    expect(code).toBe(2);
    expect(stderr).toContain('such as 30 or 30d');
  });

  test('refuses --manifest, because pictures of other manifests would seem unused', async () => {
    expect(await tintype('prune', '--manifest', 'a.images.yaml')).toMatchObject({ code: 2 });
  });
});

describe('pick', () => {
  const manifest = () => readFile(join(root, 'a.images.yaml'), 'utf8');

  test('writes into the manifest, and the next run delivers it under the image’s own name', async () => {
    expect(await tintype('pick', 'hero', '2')).toEqual({
      code: 0,
      stdout: 'hero: pick: 2 written (a.images.yaml:4).\n',
      stderr: '',
    });
    expect(await manifest()).toBe(`${head}${hero}    pick: 2\n${other}`);
    const billed = api.ledger.length;
    expect((await tintype()).code).toBe(0);
    expect((await readdir(join(root, 'public/images'))).toSorted()).toEqual([
      'hero.jpeg',
      'other.jpeg',
      'tintype.assets.json',
    ]);
    expect(api.ledger).toHaveLength(billed);
    expect((await tintype('pick', 'hero', '2')).stdout).toBe(
      'hero: picks 2 already (a.images.yaml:4).\n',
    );
  });

  test.each([
    [['hero', '3'], /has 2 candidates, and no 3/],
    [['hero', '0'], /whole number from 1/],
    [['hero', 'two'], /whole number from 1/],
    [['hero'], /missing required argument 'n'/],
    [['heor', '1'], /no image "heor"; did you mean "hero"/],
  ])('%j is exit 2 and writes nothing', async (args, message) => {
    const { code, stderr, stdout } = await tintype('pick', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(await manifest()).toBe(head + hero + other);
  });
});

test('--help names the commands', async () => {
  const { stdout } = await tintype('--help');
  for (const command of ['verify', 'prune', 'pick'])
    expect(stdout).toMatch(new RegExp(`^ +${command} `, 'm'));
  expect((await tintype('prune', '--help')).stdout).toContain('--older-than <days>');
});
