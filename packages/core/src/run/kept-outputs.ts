import { readFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { encoderVersion } from '../image/encoder-version.ts';
import { digestOutputs } from '../output/digest-outputs.ts';
import type { Sha256 } from '../types.ts';
import { clockMarginMs, pathOf, writeWhole } from './kept-plan.ts';

/** What a run found in the output folder that had nothing to do. */
interface KeptOutputs {
  /** The plan that all of it was held against. */
  readonly fingerprint: string;
  /** What encoded them. */
  readonly encoder: string;
  readonly delivered: number;
  readonly names: readonly string[];
  readonly sum: Sha256;
}

/** Whether all that a plan delivers stands as it was when it was looked at last: how many images, or `null` at any doubt. */
export function countStanding(
  context: Context,
  ids: readonly string[],
  fingerprint: string,
): number | null {
  try {
    const kept = JSON.parse(readFileSync(outputsPath(context, ids), 'utf8')) as KeptOutputs;
    if (kept.fingerprint !== fingerprint || kept.encoder !== encoderVersion()) return null;
    return digestOutputs(context.config.outDir, kept.names)?.sum === kept.sum
      ? kept.delivered
      : null;
  } catch {
    return null;
  }
}

/**
 * Keeps what the outputs look like after a run that hashed all of them and found nothing to do. What changed since
 * `startedAt`, or shortly before it, may not be what was hashed: then nothing is kept. Never throws.
 */
export function keepOutputs(
  context: Context,
  ids: readonly string[],
  outputs: Omit<KeptOutputs, 'sum' | 'encoder'>,
  startedAt: Date,
): void {
  try {
    const digest = digestOutputs(context.config.outDir, outputs.names);
    if (digest === null || digest.changedAtMs > startedAt.getTime() - clockMarginMs) return;
    const kept: KeptOutputs = { ...outputs, encoder: encoderVersion(), sum: digest.sum };
    writeWhole(outputsPath(context, ids), JSON.stringify(kept));
  } catch {
    // The next run looks at all of them again.
  }
}

function outputsPath(context: Context, ids: readonly string[]): string {
  return `${pathOf(context, ids)}.outputs`;
}
