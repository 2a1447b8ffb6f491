import { InvalidArgumentError } from 'commander';
import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { colorsFor } from '../format/colors.ts';
import { widthOf } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const prune = command({
  name: 'prune',
  summary: 'remove what no manifest refers to',
  description:
    'Removes what no manifest refers to: paid pictures with their records, and encoded files. Keeps pictures that ' +
    'another branch, remote branch, tag or stash contains, and pictures that are not committed. If git cannot ' +
    'tell, keeps all of them. With --older-than, age alone decides. Requests with an unknown outcome are always kept.',
  flags: {
    dryRun: flag('--dry-run', 'list it and remove nothing'),
    olderThan: flag(
      '--older-than <days>',
      'remove everything older than this, even if another branch uses it (30 or 30d; 0 removes everything)',
      days,
    ),
    ...placeFlags,
  },
  examples: [['tintype prune --dry-run', 'list what no manifest refers to']],
  async action({ shell, flags }) {
    const { pruneSummary, prunedText } = await import('../format/prune-summary.ts');
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
      const colors = colorsFor(stdout, shell.env);
      stdout.write(pruneSummary(result, { isDryRun, colors, width: widthOf(stdout) }));
    }
    return exitCodes.delivered;
  },
});

/** `30` or `30d`. */
function days(text: string): number {
  if (!/^\d{1,5}d?$/.test(text))
    throw new InvalidArgumentError('It takes a number of days, such as 30 or 30d.');
  return Number.parseInt(text, 10);
}
