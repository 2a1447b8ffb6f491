import { EXIT } from '../exit-codes.ts';
import type { PlaceFlags } from '../flags.ts';
import { colorsFor } from '../format/colors.ts';
import { pruneSummary, prunedText } from '../format/prune-summary.ts';
import { withRun } from '../run.ts';
import type { Shell } from '../shell.ts';
import { widthOf } from '../format/wrap.ts';

export interface PruneFlags extends PlaceFlags {
  readonly dryRun?: boolean;
  readonly olderThan?: number;
}

/** Removes or lists files that no manifest refers to. */
export async function pruneCommand(shell: Shell, flags: PruneFlags): Promise<number> {
  const { stdout } = shell;
  const isDryRun = flags.dryRun === true;
  const result = await withRun(shell, flags, async (core, context) => {
    const options = { isDryRun, olderThanDays: flags.olderThan ?? null };
    const pruned = await core.pruneProject(context, options);
    // The others print their result.
    if (isDryRun && flags.reporter === 'json') {
      for (const file of pruned.removed) {
        const message = prunedText(file);
        const time = context.now().toISOString();
        context.report({ type: 'warning', code: 'would-remove', message, time });
      }
    }
    return pruned;
  });
  if (!flags.quiet && flags.reporter !== 'json') {
    stdout.write(
      pruneSummary(result, {
        isDryRun,
        colors: colorsFor(stdout, shell.env),
        width: widthOf(stdout),
      }),
    );
  }
  return EXIT.delivered;
}
