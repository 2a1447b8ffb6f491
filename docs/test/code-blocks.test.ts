/** The code of all pages and READMEs is tried: the table says how, by the language. */
import { checkProject } from '@tintype/core';
import { parse as parseToml } from 'smol-toml';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { testProject } from '../../packages/core/test/support/project.ts';
import {
  astroProblems,
  type Check,
  cssProblems,
  goTemplateProblems,
  htmlProblems,
  svelteProblems,
  tsxProblems,
  vueProblems,
} from './support/check-markup.ts';
import { missingProgram } from '../../packages/core/test/support/server-process.ts';
import { scriptProblems } from './support/check-modules.ts';
import { nginxProblems } from './support/check-nginx.ts';
import { shellProblems, tintypeProblem, yamlProblems } from './support/check-shell.ts';
import { type CodeBlock, codeBlocks, markdownPages } from './support/pages.ts';
import { shellCommands } from './support/shell-commands.ts';

const pages = markdownPages();
const all = pages.flatMap(codeBlocks);

type BlocksCheck = (blocks: readonly CodeBlock[]) => Promise<readonly string[]>;

/** How the blocks of each language are tried. */
const table: readonly (readonly [languages: string, how: string, problems: BlocksCheck])[] = [
  ['sh', 'commands and flags are accepted, and scripts and files exist', shellProblems],
  ['yaml', 'it can be parsed, and commands of workflows are accepted', yamlProblems],
  // module-types.slow.test.ts also checks the types of modules.
  ['ts js', 'it can be parsed', each(scriptProblems)],
  ['tsx', 'it can be compiled', each(tsxProblems)],
  ['vue', 'it can be compiled', each(vueProblems)],
  ['svelte', 'it can be compiled', each(svelteProblems)],
  ['astro', 'it can be compiled', each(astroProblems)],
  ['html', 'it is valid', each(htmlProblems)],
  ['css', 'it is valid', each(cssProblems)],
  ['json', 'it can be parsed', each(parsed(JSON.parse))],
  ['toml', 'it can be parsed', each(parsed(parseToml))],
  ['md', 'its front matter can be parsed', each(parsed(parseFrontMatter))],
  ['nginx', 'nginx accepts it, where it is installed', each(nginxProblems)],
  ['go-html-template', 'each action has its end', each(goTemplateProblems)],
  // What programs print, and drawings of folders.
  ['text', 'no command is in it, because it would not be tried', each(commandsIn)],
];

/** Checks blocks one by one. What a check throws is a problem, too. */
function each(check: Check): BlocksCheck {
  return async (blocks) => {
    const found = await Promise.all(
      blocks.map(async ({ at, code }) => {
        const problems = await problemsOf(check, code);
        return problems.map((problem) => `${at}: ${textOf(problem)}`);
      }),
    );
    return found.flat();
  };
}

async function problemsOf(check: Check, code: string): Promise<readonly unknown[]> {
  try {
    return await check(code);
  } catch (error) {
    return [String(error)];
  }
}

function textOf(problem: unknown): string {
  return typeof problem === 'string' ? problem : JSON.stringify(problem);
}

/** A check that only parses. */
function parsed(parser: (code: string) => unknown): Check {
  return (code) => {
    parser(code);
    return [];
  };
}

function parseFrontMatter(code: string): void {
  const [, matter = ''] = /^---\n([\s\S]*?)^---$/m.exec(code) ?? [];
  parse(matter);
}

function commandsIn(code: string): readonly string[] {
  return code.match(/^(?:[A-Z_]+=\S+ )?(?:npx|npm|tintype|git|node) .*/gm) ?? [];
}

const inLanguages = (languages: string) =>
  all.filter(({ language }) => languages.split(' ').includes(language));

test('every block is in a language of the table', () => {
  expect(all.length).toBeGreaterThan(150);
  const known = new Set(table.flatMap(([languages]) => languages.split(' ')));
  const unknown = all.filter(({ language }) => !known.has(language));
  expect(unknown.map(({ at, language }) => `${at}: ${language || 'no language'}`)).toEqual([]);
});

test.each(table.map(([languages, how, problems]) => ({ languages, how, problems })))(
  '$languages: $how',
  async ({ languages, problems }) => {
    const blocks = inLanguages(languages);
    expect(blocks.length).toBeGreaterThan(0);
    expect(await problems(blocks)).toEqual([]);
  },
);

test('a mistake in each language is found', async () => {
  const mistakes = {
    sh: 'npx tintype plan --jason',
    yaml: 'steps: [{ run: tintype --max-cost much }]',
    'ts js': 'tintype({ root: )',
    tsx: '<a>',
    vue: '<a :b="(" />',
    svelte: '{#if a}',
    astro: '<a b={ >',
    html: '<p><div></div></p>',
    css: '.a[ { color: red }',
    json: '{ a: 1 }',
    toml: 'a = ',
    md: '---\na: [\n---\n',
    nginx: 'dav_method PUT;',
    'go-html-template': '{{ if .a }}',
    text: 'npx tintype plan',
  };
  expect(Object.keys(mistakes)).toEqual(table.map(([languages]) => languages));
  const silent = await Promise.all(
    Object.entries(mistakes).map(async ([languages, code], at) => {
      const block = { at: 'README.md:1', language: languages, name: null, code };
      return (await table[at]![2]([block])).length === 0 ? [languages] : [];
    }),
  );
  const isNginxThere = missingProgram('nginx', 'nginx-light') === '';
  expect(silent.flat()).toEqual(isNginxThere ? [] : ['nginx']);
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
  for (const { at, code } of inLanguages('yaml')) {
    const value = parse(code) as Record<string, unknown> | null;
    if (value === null || !('images' in value)) continue;
    if (
      !Object.keys(value).every((name) =>
        ['$schema', 'images', 'presets', 'defaults'].includes(name),
      )
    )
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

test('commands in sentences exist, with their flags', async () => {
  const wrong: string[] = [];
  let commands = 0;
  for (const { file, text } of pages) {
    const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
    for (const [, line] of prose.matchAll(/`(?:npx )?tintype ([^`]+)`/g)) {
      const [[, ...args] = []] = shellCommands(`tintype ${line}`.replace(/ …$/, '')).commands;
      commands += 1;
      const problem = await tintypeProblem(args);
      if (problem !== null && !/missing required argument|argument missing/.test(problem))
        wrong.push(`${file}: tintype ${line}: ${problem}`);
    }
  }
  expect(commands).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});
