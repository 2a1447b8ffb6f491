import {
  count,
  type GenerateResult,
  minuteOf,
  money,
  quickFilesText,
  type Shard,
  sumUsd,
} from '@tintype/core';
import { forMoney } from './amounts.ts';

/**
 * Summarises a run in a few lines. The folders are printed as given. `outDir`: `null` if no files are written. `shard`: `null` if
 * the run is whole.
 */
export function generateSummary(
  result: GenerateResult,
  folders: { readonly outDir: string | null; readonly storeDir: string },
  shard: Shard | null = null,
): string {
  const { delivered, bought, failed, pending, written, removed, maybeBilledUsd } = result;
  const part = shard === null ? '' : `Shard ${shard.index}/${shard.count}. `;
  const isCacheOnly = folders.outDir === null;
  if (!isCacheOnly && written + removed + bought + failed + pending === 0 && maybeBilledUsd === 0) {
    const verb = delivered === 1 ? 'is' : 'are';
    return `${part}Nothing to do: ${count(delivered, 'picture')} ${verb} up to date.\n${quickLine(result)}`;
  }
  const lines = [
    isCacheOnly
      ? `${count(delivered, 'picture')} encoded into the cache for the next build. No files were written: the plugin of a bundler is installed, and outDir is not set.`
      : `${count(delivered, 'picture')} delivered to ${folders.outDir}: ${files(result)}.`,
    bought > 0
      ? `${count(bought, 'picture')} bought${forMoney(result.costUsd)}, kept in ${folders.storeDir}.`
      : '',
    ordered(result),
    pending > 0 ? pendingLine(result) : '',
    maybeBilled(result),
    failed > 0 ? `${count(failed, 'picture')} failed; see above.` : '',
  ];
  const text = lines
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
  return `${part}${text}${quickLine(result)}`;
}

function quickLine({ quickBytes }: GenerateResult): string {
  return quickBytes === 0
    ? ''
    : `AVIF files were encoded quickly: ${quickFilesText(quickBytes)}.\n`;
}

/** What the run ordered, and for how much. */
function ordered({ batches }: GenerateResult): string {
  if (batches.length === 0) return '';
  const pictures = batches.reduce((sum, { lines }) => sum + lines.length, 0);
  const costUsd = sumUsd(batches.map(({ reservedUsd }) => reservedUsd));
  return `${count(pictures, 'picture')} ordered${forMoney(costUsd, 'at most ')}. Commit the store, so that any machine can collect them.`;
}

function pendingLine({ pending, dueAt }: GenerateResult): string {
  const due = dueAt === null ? '' : `, due by ${minuteOf(dueAt)}`;
  const are = pending === 1 ? 'is' : 'are';
  return `${count(pending, 'picture')} ${are} pending in a batch${due}; the next run collects them, and so does tintype batch collect.`;
}

/** The possible cost of requests with an unknown outcome. No record contains it, so it is shown separately. */
function maybeBilled({ maybeBilledUsd }: GenerateResult): string {
  if (maybeBilledUsd === 0) return '';
  const amount =
    maybeBilledUsd === null ? 'An unknown amount' : `Up to ${money(maybeBilledUsd)} more`;
  return `${amount} may have been billed for calls whose outcome is unknown; your account at the provider shows it.`;
}

function files({ assetMap, written, removed }: GenerateResult): string {
  const images = Object.values(assetMap.images);
  const total = images.reduce((sum, image) => sum + image.files.length, assetMapFile);
  const unchanged = Math.max(0, total - written);
  return [
    `${count(written, 'file')} written`,
    removed > 0 ? `${removed} removed` : '',
    unchanged > 0 ? `${unchanged} unchanged` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** The asset map is a file too, and counts among the written files. */
const assetMapFile = 1;
