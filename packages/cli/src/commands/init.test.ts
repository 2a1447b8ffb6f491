import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeShell } from '../../test/support/fake-shell.ts';
import { firstConfig } from '../init-files/first-config.ts';
import { firstManifest } from '../init-files/first-manifest.ts';
import { main } from '../main.ts';

let shell: FakeShell;

beforeEach(() => {
  shell = new FakeShell({ cwd: mkdtempSync(join(tmpdir(), 'tintype-')) });
});
afterEach(() => rmSync(shell.cwd, { recursive: true }));

function read(name: string): string {
  return readFileSync(join(shell.cwd, name), 'utf8');
}

test('an empty folder gets a manifest, a config, .gitignore lines and the next command', async () => {
  expect(await main(['init'], shell)).toBe(0);
  const schema = './node_modules/tintype/schema/manifest.json';
  expect(read('tintype.images.yaml')).toBe(firstManifest(schema));
  expect(read('tintype.config.ts')).toBe(firstConfig({ pages: 'files', store: 'git' }));
  expect(read('.gitignore')).toBe('.tintype/attempts/\n.env.local\ntintype-sheet.html\n');
  expect(shell.stdout.text).toContain('Next:\n  npx --yes tintype plan ');
});

const packages = {
  static: { scripts: { test: 'true' } },
  script: { scripts: { build: 'node build.js' } },
  next: { dependencies: { next: '16' } },
  vite: { devDependencies: { vite: '8' } },
  plugin: { devDependencies: { vite: '8', 'vite-plugin-tintype': '1' } },
};

test.each([
  ['static', false, 'served as it is committed'],
  ['script', true, 'before the site is built'],
  ['next', true, 'before the site is built'],
  ['vite', true, 'This project uses Vite'],
  ['plugin', false, 'Then commit .tintype/, which holds'],
] as const)('the pictures of a %s site are ignored by git: %s', async (kind, isIgnored, words) => {
  writeFileSync(join(shell.cwd, 'package.json'), JSON.stringify(packages[kind]));
  await main(['init'], shell);
  expect(read('.gitignore').includes('public/images/')).toBe(isIgnored);
  expect(shell.stdout.text).toContain(words);
  expect(shell.stdout.text.includes('public/images/')).toBe(kind !== 'plugin');
  expect(shell.stdout.text.includes('vite-plugin-tintype')).toBe(kind === 'vite');
});

describe('the workflow', () => {
  const file = '.github/workflows/tintype.yml';

  test.each([
    ['package-lock.json', ['npm ci', 'npx tintype check', 'npx tintype --frozen']],
    [
      'pnpm-lock.yaml',
      [
        'corepack enable',
        'pnpm install --frozen-lockfile',
        'pnpm exec tintype check',
        'pnpm exec tintype --frozen',
      ],
    ],
    [
      'yarn.lock',
      ['corepack enable', 'yarn install', 'yarn tintype check', 'yarn tintype --frozen'],
    ],
    ['bun.lock', ['bun install --frozen-lockfile', 'bunx tintype check', 'bunx tintype --frozen']],
  ])('of a project with %s buys nothing and has no key', async (lockFile, commands) => {
    writeFileSync(join(shell.cwd, 'package.json'), '{}');
    writeFileSync(join(shell.cwd, lockFile), '');
    await main(['init'], shell);
    expect(stepsOf(read(file))).toEqual(commands);
    expect(read(file)).not.toMatch(/secrets|API_KEY/);
  });

  test('is the repository’s, and runs in the folder of the project', async () => {
    mkdirSync(join(shell.cwd, '.git'));
    writeFileSync(join(shell.cwd, 'package-lock.json'), '');
    mkdirSync(join(shell.cwd, 'apps/shop'), { recursive: true });
    writeFileSync(join(shell.cwd, 'apps/shop/package.json'), '{}');
    mkdirSync(join(shell.cwd, 'node_modules/tintype/schema'), { recursive: true });
    writeFileSync(join(shell.cwd, 'node_modules/tintype/schema/manifest.json'), '{}');
    await main(['init', '--root', 'apps/shop'], shell);
    expect(read('.github/workflows/tintype-apps-shop.yml')).toContain(
      '    defaults: { run: { working-directory: "apps/shop" } }\n    steps:\n',
    );
    expect(read('apps/shop/tintype.images.yaml')).toContain(
      '$schema=../../node_modules/tintype/schema/manifest.json\n',
    );
  });

  test('is not written where another CI is, nor over one that is there', async () => {
    writeFileSync(join(shell.cwd, '.gitlab-ci.yml'), '');
    await main(['init'], shell);
    expect(readdirSync(shell.cwd)).not.toContain('.github');
    expect(shell.stdout.text).toContain(
      'kept     .gitlab-ci.yml: add "npx --yes tintype --frozen"',
    );
    mkdirSync(join(shell.cwd, '.github/workflows'), { recursive: true });
    writeFileSync(join(shell.cwd, file), 'mine');
    await main(['init'], shell);
    expect(read(file)).toBe('mine');
  });

  test.each(['.github', '.github/workflows'])('is not written through a link: %s', async (name) => {
    mkdirSync(join(shell.cwd, 'elsewhere'));
    mkdirSync(dirname(join(shell.cwd, name)), { recursive: true });
    symlinkSync(join(shell.cwd, 'elsewhere'), join(shell.cwd, name));
    expect(await main(['init'], shell)).toBe(0);
    expect(readdirSync(join(shell.cwd, 'elsewhere'))).toEqual([]);
  });
});

function stepsOf(workflow: string): readonly string[] {
  return [...workflow.matchAll(/^ {6}- run: (.*)$/gm)].map(([, command]) => command!);
}

test('what is there already stays as it is', async () => {
  writeFileSync(join(shell.cwd, 'tintype.images.yaml'), 'images: {}\n');
  writeFileSync(join(shell.cwd, 'tintype.config.mjs'), 'export default {}\n');
  writeFileSync(join(shell.cwd, '.gitignore'), 'dist\n/.tintype/attempts');
  mkdirSync(join(shell.cwd, 'public/images'), { recursive: true });
  await main(['init'], shell);
  expect(read('tintype.images.yaml')).toBe('images: {}\n');
  expect(read('.gitignore')).toBe('dist\n/.tintype/attempts\n.env.local\ntintype-sheet.html\n');
  expect(readdirSync(shell.cwd)).not.toContain('tintype.config.ts');
});

test.each(['somebody-elses', '/dev/zero', 'nowhere'])(
  'a .gitignore that is a link is not read and not written through: to %s',
  async (target) => {
    writeFileSync(join(shell.cwd, 'somebody-elses'), 'precious\n');
    symlinkSync(target, join(shell.cwd, '.gitignore'));
    expect(await main(['init'], shell)).toBe(0);
    expect(read('somebody-elses')).toBe('precious\n');
    expect(readdirSync(shell.cwd)).not.toContain('nowhere');
    expect(shell.stdout.text).toContain('kept     .gitignore, which is no regular file');
  },
);

test('a second init changes nothing', async () => {
  await main(['init'], shell);
  const before = read('.gitignore');
  await main(['init', '--quiet'], shell);
  expect(read('.gitignore')).toBe(before);
});

test('--root says where', async () => {
  await main(['init', '--root', 'site'], shell);
  expect(readdirSync(join(shell.cwd, 'site'))).toContain('tintype.images.yaml');
});

describe('on a terminal', () => {
  /** Answers each question as it comes; `null` presses Ctrl-C. */
  function answering(answers: readonly (string | null)[], cwd: string): FakeShell {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const left = [...answers];
    let text = '';
    output.on('data', (chunk: Buffer) => {
      text += String(chunk);
      if (!text.endsWith(']: ')) return;
      text = '';
      const answer = left.shift();
      input.write(answer === null || answer === undefined ? '\u0003' : `${answer}\n`);
    });
    // As a terminal does, which passes Ctrl-C on as a character.
    Object.assign(output, { isTTY: true, columns: 80 });
    Object.assign(input, { isTTY: true, setRawMode: () => {} });
    return new FakeShell({ cwd, terminal: { input, output, interrupt: () => {} } });
  }

  test('Enter takes what fits the project', async () => {
    const { cwd } = shell;
    writeFileSync(join(cwd, 'package.json'), JSON.stringify(packages.next));
    const asked = answering(['', '', ''], cwd);
    expect(await main(['init'], asked)).toBe(0);
    expect(read('tintype.config.ts')).toContain("module: 'pictures.ts'");
    expect(read('.gitignore')).toContain('\npublic/images/\npictures.ts\n');
    expect(readdirSync(cwd)).toContain('.github');
    expect(readdirSync(cwd)).not.toContain('.gitattributes');
    expect(asked.stdout.text).toContain('Pages import from pictures.ts');
  });

  test('other answers write other files, and name the packages that these need', async () => {
    const { cwd } = shell;
    mkdirSync(join(cwd, '.git'));
    writeFileSync(join(cwd, 'package.json'), JSON.stringify(packages.vite));
    const asked = answering(['9', '2', '3', '2'], cwd);
    expect(await main(['init'], asked)).toBe(0);
    const config = read('tintype.config.ts');
    expect(config).toContain("originals: s3({ bucket: 'my-pictures'");
    expect(config).not.toContain('outDir');
    expect(parse(read('.gitlab-ci.yml'))).toEqual({
      pictures: {
        image: 'node:24',
        script: ['npm ci', 'npx tintype check', 'npx tintype --frozen'],
      },
    });
    expect(readdirSync(cwd)).not.toContain('.github');
    expect(asked.stdout.text).toContain(
      'npm install --save-dev tintype tintype-unplugin @tintype/s3',
    );
  });

  test('Git LFS gets the originals, and no records', async () => {
    const { cwd } = shell;
    writeFileSync(join(cwd, '.gitattributes'), '*.psd filter=lfs');
    expect(await main(['init'], answering(['4', '2', '3'], cwd))).toBe(0);
    expect(read('.gitattributes')).toBe(
      '*.psd filter=lfs\n.tintype/originals/** filter=lfs diff=lfs merge=lfs -text\n',
    );
    expect(readdirSync(cwd)).not.toContain('.github');
  });

  test('Ctrl-C writes nothing', async () => {
    const asked = answering(['', null], shell.cwd);
    expect(await main(['init'], asked)).toBe(130);
    expect(readdirSync(shell.cwd)).toEqual([]);
    expect(asked.stderr.text).toContain('nothing was written');
  });

  test.each(['--yes', '--quiet'])('%s asks nothing', async (flag) => {
    const asked = answering([], shell.cwd);
    expect(await main(['init', flag], asked)).toBe(0);
    expect(read('tintype.images.yaml')).toContain('hero');
  });
});
