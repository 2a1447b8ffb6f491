import { createInterface, type Interface } from 'node:readline/promises';
import { TintypeError } from '@tintype/core';
import type { ShellTerminal } from '../shell.ts';
import type { Choices } from './choices.ts';

type Answers<Name extends keyof Choices> = Readonly<Record<Choices[Name], string>>;

const pages: Answers<'pages'> = {
  vite: 'Vite, Astro, SvelteKit, Nuxt and others that Vite builds: import hero from "virtual:tintype/hero"',
  bundler: 'webpack, Rspack, Rollup, Rolldown, esbuild: the same import',
  module: 'Next.js, or another bundler: import { hero } from a module of all pictures',
  files: 'no bundler: files in public/images, and a <picture> for each',
};
const store: Answers<'store'> = {
  git: 'in git, beside the manifests',
  lfs: 'in Git LFS',
  bucket: 'in a bucket (S3 and others); their records in git',
};
const ci: Answers<'ci'> = {
  github: 'GitHub Actions',
  gitlab: 'GitLab',
  none: 'none of these',
};

/**
 * Asks three questions on a terminal. Enter takes the suggested answer. Rejects with a TintypeError `interrupted` after Ctrl-C and at the
 * end of the input.
 */
export async function askChoices(
  { input, output }: ShellTerminal,
  suggested: Choices,
): Promise<Choices> {
  const lines = createInterface({ input, output });
  const closed = new AbortController();
  lines.on('SIGINT', () => lines.close());
  lines.on('close', () => closed.abort());
  const ask = <T extends string>(
    question: string,
    answers: Readonly<Record<T, string>>,
    first: T,
  ) => choose(lines, closed.signal, question, answers, first);
  try {
    return {
      pages: await ask('How do pages get their pictures?', pages, suggested.pages),
      store: await ask('Where do the pictures live that are paid for?', store, suggested.store),
      ci: await ask('Which CI checks that no picture is missing?', ci, suggested.ci),
    };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    output.write('\n');
    throw new TintypeError('interrupted', 'interrupted; nothing was written');
  } finally {
    lines.close();
  }
}

async function choose<T extends string>(
  lines: Interface,
  signal: AbortSignal,
  question: string,
  answers: Readonly<Record<T, string>>,
  suggested: T,
): Promise<T> {
  const names = Object.keys(answers) as T[];
  const list = names.map((name, index) => `  ${index + 1}  ${answers[name]}\n`).join('');
  const prompt = `${question}\n${list}1 to ${names.length} [${names.indexOf(suggested) + 1}]: `;
  for (;;) {
    const answer = (await lines.question(prompt, { signal })).trim();
    const chosen = answer === '' ? suggested : names[Number(answer) - 1];
    if (chosen !== undefined) return chosen;
  }
}
