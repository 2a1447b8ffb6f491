import { InvalidArgumentError } from 'commander';
import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags, type RunFlags } from '../flags.ts';
import { colorsFor } from '../format/colors.ts';
import { say, widthOf } from '../format/wrap.ts';
import { withRun } from '../run.ts';
import type { Shell } from '../shell.ts';

export const prune = command({
  name: 'prune',
  summary: 'remove files that no manifest refers to',
  description:
    'Removes files that no manifest refers to: paid pictures with their records, and encoded files. Keeps pictures that ' +
    'another branch, remote branch, tag or stash contains, and pictures that are not committed. If git cannot ' +
    'tell, keeps all of them. With --older-than, age alone decides. Requests with an unknown outcome are always kept. ' +
    "With --remote, removes files from the store's remote that are older than 30 days (or than --older-than) and that nothing " +
    'needs: no manifest, no record on this machine or in a commit, and no record that stays in the remote. If git cannot tell ' +
    'which pictures other machines need, it removes nothing without --older-than.',
  flags: {
    dryRun: flag('--dry-run', 'list the files and remove nothing'),
    olderThan: flag(
      '--older-than <days>',
      'remove everything older than this, even if another branch uses it (30 or 30d; 0 removes everything)',
      days,
    ),
    remote: flag('--remote', "prune the store's remote, and nothing on this machine"),
    ...placeFlags,
  },
  examples: [['tintype prune --dry-run', 'list what no manifest refers to']],
  async action({ shell, flags }) {
    const { pruneSummary, prunedText } = await import('../format/prune-summary.ts');
    const { stdout } = shell;
    const isDryRun = flags.dryRun === true;
    if (flags.remote === true) return pruneTheRemote(shell, flags, isDryRun);
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

async function pruneTheRemote(
  shell: Shell,
  flags: RunFlags & { readonly olderThan?: number },
  isDryRun: boolean,
): Promise<number> {
  const options = { isDryRun, olderThanDays: flags.olderThan ?? null };
  const result = await withRun(shell, flags, (core, context) => core.pruneRemote(context, options));
  if (flags.quiet !== true && flags.reporter !== 'json') {
    const { remoteSummary } = await import('../format/remote-summary.ts');
    say(shell.stdout, remoteSummary(result, isDryRun));
  }
  return exitCodes.delivered;
}

/** `30` or `30d`. */
function days(text: string): number {
  if (!/^\d{1,5}d?$/.test(text))
    throw new InvalidArgumentError('It takes a number of days, such as 30 or 30d.');
  return Number.parseInt(text, 10);
}
