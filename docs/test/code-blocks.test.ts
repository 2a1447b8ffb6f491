/** The code of all pages and READMEs is tried: manifests are checked, commands parsed, JSON parsed, TypeScript type-checked, components compiled. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkProject } from '@tintype/core';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { program } from '../../packages/cli/src/program.ts';
import { testProject } from '../../packages/core/test/support/project.ts';
import { type CodeBlock, codeBlocks, markdownPages, repository } from './support/pages.ts';

const all = markdownPages().flatMap(codeBlocks);
const inLanguage = (...names: readonly string[]) =>
  all.filter(({ language }) => names.includes(language));

test('every block says its language', () => {
  const known =
    /^(?:ts|tsx|js|jsx|mjs|yaml|yml|json|jsonc|sh|html|vue|svelte|astro|css|toml|text|txt|nginx|dockerfile|go-html-template|njk|http|csv|ini|)$/;
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter(({ language }) => !known.test(language)).map(({ at }) => at)).toEqual([]);
});

test('JSON can be parsed', () => {
  for (const { at, code } of inLanguage('json')) expect(() => JSON.parse(code), at).not.toThrow();
});

/** Diagnostics about files that a reader has and this test does not. */
const aboutFiles = new Set([
  'bad-input',
  'not-readable',
  'unknown-provider',
  'unknown-model',
  'nothing-picked',
  'nothing-moves',
  'not-checked',
]);

test('manifests have no mistake', async () => {
  const found: string[] = [];
  let manifests = 0;
  for (const { at, code } of inLanguage('yaml', 'yml')) {
    const value = parse(code) as Record<string, unknown> | null;
    if (value === null || !('images' in value)) continue;
    if (!Object.keys(value).every((name) => ['images', 'presets', 'defaults'].includes(name)))
      continue;
    manifests += 1;
    await using project = await testProject({ 'doc.images.yaml': code });
    await checkProject(
      await project.context({ options: { missing: 'standin' } }, (event) => {
        if (event.type === 'diagnostic' && !aboutFiles.has(event.code))
          found.push(`${at}: ${event.line} ${event.code} ${event.message}`);
      }),
    );
  }
  expect(manifests).toBeGreaterThan(15);
  expect(found).toEqual([]);
});

/** The words of each call of `tintype` in a line of a shell. */
function callsIn(line: string): string[][] {
  const command = line.replace(/(?:^|\s)#.*$/, '').replaceAll(/"[^"]*"|'[^']*'/g, 'x');
  return command.split(/&&|\|\||[|;]/).flatMap((part) => {
    const words = part.trim().split(/\s+/);
    const at = words.findIndex((word) => word === 'tintype');
    const before = words.slice(0, Math.max(at, 0)).filter((word) => !/^[A-Z_]+=/.test(word));
    const isCall =
      at >= 0 && before.every((word) => ['npx', 'pnpm', 'exec', 'run:', '-'].includes(word));
    return isCall ? [words.slice(at + 1).filter((word) => !/^[<>]|^2>/.test(word))] : [];
  });
}

test('commands and flags exist', () => {
  const wrong: string[] = [];
  let calls = 0;
  const check = (at: string, words: readonly string[]): void => {
    calls += 1;
    const named = program.commands.find(({ name }) => name === words[0]);
    const command = named ?? program.commands[0];
    const flags = new Set(Object.values(command.flags).map(({ long }) => long));
    for (const word of words.filter((one) => one.startsWith('--'))) {
      const flag = word.split('=')[0]!;
      if (!flags.has(flag) && !['--help', '--version'].includes(flag))
        wrong.push(`${at}: tintype ${words.join(' ')}: no ${flag}`);
    }
  };
  for (const { at, code } of inLanguage('sh', 'yaml', 'yml'))
    for (const line of code.replaceAll('\\\n', ' ').split('\n'))
      for (const words of callsIn(line.trim())) check(at, words);
  expect(calls).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
});

/** A module of a project that the docs are about, or of a package that is not installed here. */
const ambient = `
type Shown = import('@tintype/core/types').Picture;
declare module 'virtual:tintype/team/*' { const team: Record<string, Shown>; export default team; }
declare module 'virtual:tintype/logo?raw' { const markup: string; export default markup; }
declare module 'virtual:tintype/*' { const picture: Shown; export default picture; export const alt: string; }
`;

test('TypeScript has no type error', async () => {
  const folder = await mkdtemp(join(repository, 'docs/.blocks-'));
  try {
    const blocks = inLanguage('ts', 'js', 'mjs').filter(isModule);
    expect(blocks.length).toBeGreaterThan(15);
    await mkdir(join(folder, 'src'));
    for (const [at, { code }] of blocks.entries())
      await writeFile(join(folder, `src/block-${at}.ts`), `${code}\nexport {};\n`);
    await writeFile(join(folder, 'src/ambient.d.ts'), ambient);
    const options = {
      extends: '../../tsconfig.base.json',
      compilerOptions: {
        // As the bundlers of readers resolve modules.
        module: 'esnext',
        moduleResolution: 'bundler',
        noEmit: true,
        declaration: false,
        declarationMap: false,
        strict: true,
        noImplicitAny: false,
        lib: ['es2024', 'dom', 'esnext.disposable'],
        types: ['node'],
        typeRoots: ['../../node_modules/@types'],
      },
      include: ['src'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const compiler = join(repository, 'node_modules/typescript/bin/tsc');
    const output = await promisify(execFile)(process.execPath, [
      compiler,
      '-p',
      folder,
      '--pretty',
      'false',
    ]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
    const problems = output.split('\n').flatMap((line) => {
      const [, at, message] = /block-(\d+)\.ts\(\d+,\d+\): (.*)$/.exec(line) ?? [];
      if (at === undefined || message === undefined || isOfReader(message)) return [];
      return [`${blocks[Number(at)]!.at}: ${message}`];
    });
    expect(problems).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  [
    'tsx',
    async (code: string) => {
      const { transformWithOxc } = await import('vite');
      return (await transformWithOxc(code, 'block.tsx')).warnings;
    },
  ],
  [
    'vue',
    async (code: string) => {
      const { compileTemplate } = await import('vue/compiler-sfc');
      return compileTemplate({ source: code, filename: 'block.vue', id: 'block' }).errors;
    },
  ],
  [
    'svelte',
    async (code: string) => {
      const plugin = createRequire(join(repository, 'packages/vite-plugin/package.json'));
      const { compile } = (await import(plugin.resolve('svelte/compiler'))) as Compiler;
      return compile(code, { filename: 'block.svelte' }).warnings;
    },
  ],
])('a component of %s can be compiled', async (language, compiled) => {
  const blocks = inLanguage(language);
  expect(blocks.length).toBeGreaterThan(0);
  for (const { at, code } of blocks) expect(await compiled(code), at).toEqual([]);
});

/** Svelte's compiler, which only the plugin's package has. */
interface Compiler {
  readonly compile: (
    code: string,
    options: { readonly filename: string },
  ) => { readonly warnings: unknown };
}

/** A fragment, such as one line of a config, cannot be compiled by itself. */
function isModule({ code }: CodeBlock): boolean {
  return /^import .* from /m.test(code);
}

/** Packages of frameworks that are not installed here, and files of the reader's own project. */
function isOfReader(message: string): boolean {
  return /Cannot find module '(?:\.|@ai-sdk\/fal|@aws-sdk|astro|nuxt|@sveltejs|@11ty|next|@rspack|rollup|rolldown|webpack|esbuild)/.test(
    message,
  );
}
