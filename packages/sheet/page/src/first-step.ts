import type { Sheet } from '../../src/sheet.ts';
import { count } from './amounts.ts';
import { h, nodesOf } from './element.ts';

/** As long as nothing was ever bought: what the drawings are, and what comes next. */
export function firstStepOf({
  images,
  totals,
  live,
  diagnostics,
  problem,
}: Sheet): (Node | string)[] {
  const { missing, spentUsd, unknownCosts } = totals;
  const isBroken = problem !== null || diagnostics.some(({ severity }) => severity === 'error');
  if (images.length === 0 && !isBroken)
    return [
      'There are no images yet. ',
      h('code', 'npx tintype init'),
      ' writes a first manifest.',
    ];
  if (missing === 0 || spentUsd !== 0 || unknownCosts !== 0) return [];
  const canBuy = live !== null && !('refusal' in live.buying);
  const offered = canBuy ? images.filter(({ price }) => price !== null).length : 0;
  return nodesOf([
    h('strong', 'Nothing has been bought yet.'),
    ` The pictures are free drawings in the place of ${count(missing, 'image')}. Look through the prompts, then `,
    offered > 0 ? h('strong', `Buy ${offered} missing`) : h('code', 'npx tintype'),
    offered > 0
      ? ': the page asks once, with the price.'
      : ' buys them: it asks once, with the price.',
  ]);
}
