import type { Framework } from './frameworks.ts';
import type { Seen } from './try-framework.ts';

const start = '<!-- rows -->\n';
const end = '\n<!-- end of rows -->';
const head =
  '| framework | Vite | dev shows | edit shows | build shows | server and browser agree | link shows | types | nothing left | tried on |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |';

/** The page with the rows of the frameworks that were tried, in place of their earlier ones. */
export function withRows(
  page: string,
  tried: readonly (readonly [Framework, Seen])[],
  day: string,
): string {
  const [before = '', rest = ''] = page.split(start);
  const [table = '', after = ''] = rest.split(end);
  const rows = new Map(
    table
      .split('\n')
      .slice(2)
      .map((row) => [nameIn(row), row]),
  );
  for (const [{ name }, seen] of tried) rows.set(name, rowOf(name, seen, day));
  rows.delete('');
  return [before, start, [head, ...rows.values()].join('\n'), end, after].join('');
}

/** The name without its version. */
function nameIn(row: string): string {
  return /^\| (.*?) \d\S* +\|/.exec(row)?.[1] ?? '';
}

function rowOf(name: string, seen: Seen, day: string): string {
  const { version, vite, dev, edit, build, same, link, types, left } = seen;
  const words = [dev, edit, build, same, link, types, left].map((one) =>
    one === null ? '–' : one ? 'yes' : '**no**',
  );
  return `| ${[`${name} ${version}`, vite, ...words, day].join(' | ')} |`;
}
