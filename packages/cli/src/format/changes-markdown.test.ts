import { expect, test } from 'vitest';
import { changesMarkdown } from './changes-markdown.ts';

const base = {
  ref: 'main`',
  commit: '0123456789abcdef',
  new: 1,
  changed: 1,
  gone: [{ id: 'old', manifest: 'a.images.yaml', pictures: [] }],
  spentUsd: 0.0059,
  unknownCosts: 0,
  toBuyUsd: { low: 0.005, high: 0.006 },
  deliveredBytes: { before: 20_000, after: 18_000 },
};

test('a change is a comment with its cost, its bytes, and a row for each image, and no text of it is markup', () => {
  const text = changesMarkdown({
    ...base,
    images: [
      {
        id: 'hero|<b>@you',
        kind: 'changed',
        changed: ['prompt', 'crop'],
        spentUsd: 0.0059,
        price: null,
      },
      {
        id: 'fresh',
        kind: 'new',
        changed: [],
        spentUsd: 0,
        price: { pictures: 1, upstream: [], costUsd: { low: 0.005, high: 0.006 } },
      },
    ],
  });
  expect(text.split('\n')).toEqual([
    '<!-- tintype -->',
    '### Pictures: 1 new, 1 changed, 1 gone',
    '',
    '**$0.0059 spent on it, $0.0050–$0.0060 to buy, 2.0 kB less delivered (18.0 kB).**',
    '',
    'Compared with `` main` `` at `0123456789`.',
    '',
    '| Image | Change | Paid | To buy |',
    '| :-- | :-- | --: | --: |',
    '| `hero¦<b>@you` | prompt, crop changed | $0.0059 |  |',
    '| `fresh` | new |  | $0.0050–$0.0060 |',
    '| `old` | gone |  |  |',
    '',
  ]);
});

test('without a change there is no table', () => {
  const none = {
    ...base,
    new: 0,
    changed: 0,
    gone: [],
    spentUsd: 0,
    toBuyUsd: { low: 0, high: 0 },
    images: [],
  };
  expect(changesMarkdown({ ...none, deliveredBytes: null })).toBe(
    '<!-- tintype -->\n### Pictures: none changed\n\n**$0 spent on it, nothing to buy.**\n\nCompared with `` main` `` at `0123456789`.\n',
  );
});
