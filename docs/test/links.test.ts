/** Every link of a page or a README leads to a file and a heading that exist. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { markdownPages, repository } from './support/pages.ts';

/** The address of a heading, as GitHub and the site make it. */
function slugs(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) => {
      const named = /\{#([\w-]+)\}$/.exec(heading)?.[1];
      return (
        named ??
        heading
          .toLowerCase()
          .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
          .trim()
          .replaceAll(/\s/g, '-')
      );
    }),
  );
}

/** The targets of links and pictures outside of code. */
function targets(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** Pictures that Tintype makes for the site, and addresses elsewhere. */
const isElsewhere = (target: string) => /^(?:https?:|mailto:|\/images\/|tintype:)/.test(target);

test('every link leads somewhere', () => {
  const dead = markdownPages().flatMap(({ file, text }) =>
    targets(text)
      .filter((target) => !isElsewhere(target))
      .flatMap((target) => {
        const [path = '', heading] = target.split('#');
        const found = path === '' ? file : join(dirname(file), path);
        const whole = join(repository, found);
        if (!existsSync(whole)) return [`${file}: ${target}`];
        if (heading === undefined) return [];
        const page = statSync(whole).isDirectory() ? join(whole, 'README.md') : whole;
        return slugs(readFileSync(page, 'utf8')).has(heading) ? [] : [`${file}: ${target}`];
      }),
  );
  expect(dead).toEqual([]);
});

test('every page of the site ends with what to read next', () => {
  const pages = markdownPages().filter(({ file }) =>
    /^docs\/(?:how-to|reference)\/|^docs\/tutorial/.test(file),
  );
  expect(pages.length).toBeGreaterThan(25);
  const without = pages.filter(({ text }) => !/\nNext: [^\n]*(?:\n[^\n]+)*\n?$/.test(text));
  expect(without.map(({ file }) => file)).toEqual([]);
});
