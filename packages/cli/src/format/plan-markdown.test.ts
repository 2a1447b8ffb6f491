import { expect, test } from 'vitest';
import { planOf } from '../../test/support/plan.ts';
import { mistakesMarkdown, planMarkdown } from './plan-markdown.ts';

const none = { maxCostUsd: null, toBuy: [] };

test('a plan is a comment: its totals, then a row for each picture that costs something, fails or changed', () => {
  const plan = planOf(
    { id: 'hero' },
    { id: 'same', status: 'stored', reason: null },
    { id: 'bought', status: 'stored', reason: null },
    { id: 'icon', candidate: 2, status: 'blocked', reason: 'waits for "hero"', costUsd: null },
    { id: 'broken', status: 'stored', reason: 'its bytes are damaged' },
    { id: 'old', reason: null },
  );
  const picture = (id: string, change: 'new' | 'changed' | 'same' | 'gone', ...changed: string[]) =>
    ({ id, candidate: null, change, changed }) as const;
  const base = {
    ref: 'origin/main',
    commit: '0123456789abcdef',
    pictures: [
      picture('hero', 'changed', 'prompt', 'size'),
      picture('same', 'same'),
      picture('bought', 'new'),
      picture('icon', 'changed'),
      picture('broken', 'same'),
      picture('old', 'same'),
      picture('away', 'gone'),
    ],
  };
  const toBuy = plan.rows.filter(({ id }) => ['hero', 'icon', 'old'].includes(id));
  expect(planMarkdown(plan, base, { maxCostUsd: 0.01, toBuy })).toBe(`\
<!-- tintype -->
### Pictures: 1 new, 2 changed, 1 gone

6 pictures: 3 stored, 2 missing, 1 blocked

**3 to buy: $0.0132–$0.0264**

In a batch, within a day: $0.0066–$0.0132 (tintype batch submit)

That is more than the budget of $0.0100: generate would refuse it.

**1 picture would fail.**

1 of those to buy was missing before.

Compared with \`origin/main\` at \`0123456789\`.

| Picture | Change | Status | Price | Prompt | Model and size |
| :-- | :-- | :-- | --: | :-- | :-- |
| \`broken\` |  | **would fail**: \`its bytes are damaged\` |  | \`not for the public\` | \`gpt-image-2.5-flare 1536x1024\` |
| \`hero\` | prompt, size changed | to buy | $0.0132–$0.0264 | \`not for the public\` | \`gpt-image-2.5-flare 1536x1024\` |
| \`bought\` | new | bought already |  | \`not for the public\` | \`gpt-image-2.5-flare 1536x1024\` |
| \`icon (2)\` | changed (it had a mistake) | blocked: \`waits for "hero"\` | unknown | \`not for the public\` | \`gpt-image-2.5-flare 1536x1024\` |
| \`old\` |  | to buy | $0.0132–$0.0264 | \`not for the public\` | \`gpt-image-2.5-flare 1536x1024\` |
| \`away\` | gone |  |  |  |  |
`);
});

test('without anything to say there is no table', () => {
  const plan = planOf({ id: 'same', status: 'stored', reason: null });
  expect(planMarkdown(plan, null, none)).toBe(
    '<!-- tintype -->\n### Pictures\n\n1 picture: 1 stored\n\n**Nothing to buy.**\n',
  );
});

test('a comment is no longer than GitHub takes, and says how much is left out', () => {
  const plan = planOf(...Array.from({ length: 5000 }, (_, n) => ({ id: `picture-${n}` })));
  const text = planMarkdown(plan, null, none);
  expect(text.length).toBeLessThan(65_536);
  const rows = text.match(/^\| `picture-/gm) ?? [];
  expect(text).toContain(`\n\n${5000 - rows.length} more do not fit into a comment.\n`);
});

test('text of users is in code spans only', () => {
  const hostile = 'a | b\n\n<img src=//e> [c](https://e) `d` @team #1\n# h';
  const plan = planOf({ id: 'x', model: hostile, reason: hostile, status: 'attempted' });
  const base = { ref: hostile, commit: '01', pictures: [] };
  const diagnostic = { severity: 'error', code: 'no-prompt', column: 1, line: 1, frame: null };
  const mistake = { ...diagnostic, file: hostile, message: hostile } as never;
  for (const text of [planMarkdown(plan, base, none), mistakesMarkdown([mistake])]) {
    const outside = text.replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
    expect(outside).not.toMatch(/team|img|https/);
    expect(outside).not.toMatch(/^# h/m);
  }
});
