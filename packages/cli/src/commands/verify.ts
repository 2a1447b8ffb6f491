import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const verify = command({
  name: 'verify',
  summary: 'hash every original and cached variant again',
  description:
    'Hashes every original and every cached variant again, and reports what is wrong and how to fix it. ' +
    'Changes nothing in the store. Removes damaged variants from the cache; the next run encodes them again.',
  flags: {
    remote: flag('--remote', "fetch and hash the originals that only the store's remote has"),
    ...placeFlags,
  },
  async action({ shell, flags }) {
    const { verifySummary } = await import('../format/verify-summary.ts');
    // The reporter prints each finding at once.
    const result = await withRun(shell, flags, (core, context) =>
      core.verifyProject(context, { isRemote: flags.remote === true }),
    );
    if (!flags.quiet && flags.reporter !== 'json') say(shell.stdout, `${verifySummary(result)}\n`);
    return result.errors > 0 ? exitCodes.someFailed : exitCodes.delivered;
  },
});
