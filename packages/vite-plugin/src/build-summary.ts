import { count, fileSize, money, quickBytesIn, quickFilesText } from '@tintype/core';
import type { Delivered } from './build-run.ts';

/** The cost of a build in US dollars; `null` if a part is unknown. */
export interface BuildBill {
  readonly bought: number;
  readonly costUsd: number | null;
  /** What calls of unknown outcome may have cost in addition, by high estimates. */
  readonly maybeBilledUsd: number | null;
}

/** What a build did: `3 images in 12 files, 2 of them cached, 1 bought for $0.0420; 4.1 MB of originals became 182 kB, 95% smaller`. */
export function buildSummary(
  pictures: readonly Delivered[],
  { bought, costUsd, maybeBilledUsd }: BuildBill,
): string {
  const files = pictures.flatMap(({ encoded }) => encoded);
  const cached = pictures.filter(({ isCached }) => isCached).length;
  const price = costUsd === null ? 'at an unknown price' : `for ${money(costUsd)}`;
  return [
    `${count(pictures.length, 'image')} in ${count(files.length, 'file')}`,
    cached === 0 ? '' : `, ${cached === pictures.length ? 'all' : cached} of them cached`,
    bought === 0 ? '' : `, ${bought} bought ${price}`,
    maybeBilled(maybeBilledUsd),
    saving(pictures),
    toSave(quickBytesIn(files)),
  ].join('');
}

function toSave(quickBytes: number): string {
  return quickBytes === 0 ? '' : `; ${quickFilesText(quickBytes)}`;
}

function maybeBilled(usd: number | null): string {
  if (usd === 0) return '';
  return `, ${usd === null ? 'an unknown amount' : `up to ${money(usd)} more`} may have been billed`;
}

/**
 * Compares the originals, which a page would have loaded, with the full-size files in the preferred format, which it loads now.
 */
function saving(pictures: readonly Delivered[]): string {
  let before = 0;
  let after = 0;
  for (const { original, encoded, width } of pictures) {
    before += original.record?.original.bytes ?? 0;
    if (original.record !== null) {
      after += encoded.find(({ spec }) => spec.width === width)?.bytes ?? 0;
    }
  }
  if (before <= after) return '';
  const percent = Math.floor((1 - after / before) * 100);
  return `; ${fileSize(before)} of originals became ${fileSize(after)}, ${percent}% smaller`;
}
