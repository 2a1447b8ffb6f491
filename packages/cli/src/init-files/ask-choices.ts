import { TintypeError } from '@tintype/core';
import { type Ask, withQuestions } from '@tintype/core/internal';
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
  const choices = await withQuestions({ input, output }, async (ask) => ({
    pages: await choose(ask, 'How do pages get their pictures?', pages, suggested.pages),
    store: await choose(
      ask,
      'Where do the pictures live that are paid for?',
      store,
      suggested.store,
    ),
    ci: await choose(ask, 'Which CI checks that no picture is missing?', ci, suggested.ci),
  }));
  if (choices === null) throw new TintypeError('interrupted', 'interrupted; nothing was written');
  return choices;
}

async function choose<T extends string>(
  ask: Ask,
  question: string,
  answers: Readonly<Record<T, string>>,
  suggested: T,
): Promise<T> {
  const names = Object.keys(answers) as T[];
  const list = names.map((name, index) => `  ${index + 1}  ${answers[name]}\n`).join('');
  const prompt = `${question}\n${list}1 to ${names.length} [${names.indexOf(suggested) + 1}]: `;
  for (;;) {
    const answer = (await ask(prompt)).trim();
    const chosen = answer === '' ? suggested : names[Number(answer) - 1];
    if (chosen !== undefined) return chosen;
  }
}
