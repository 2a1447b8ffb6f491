import { argument, command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags, positiveInteger } from '../flags.ts';
import { cleanLine } from '../format/clean.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const pick = command({
  name: 'pick',
  summary: 'write `pick: n` into the manifest',
  description:
    "Writes `pick: n` into the image's entry of its manifest: the candidate that is delivered under its id. " +
    'Keeps comments and layout.',
  arguments: [
    argument('<id>', 'the image'),
    argument('<n>', 'the candidate, from 1', positiveInteger),
  ],
  flags: placeFlags,
  examples: [['tintype pick hero 2', 'deliver the second of several candidates']],
  async action({ shell, flags }, id, candidate) {
    const { place, isChanged, isConfirmed } = await withRun(shell, flags, (core, context) =>
      core.pickCandidate(context, id, candidate),
    );
    if (!flags.quiet && flags.reporter !== 'json') {
      const at = cleanLine(`${place.file}:${place.line}`);
      const unchanged = isConfirmed ? `keeps pick: ${candidate}` : `picks ${candidate} already`;
      const done = isChanged ? `pick: ${candidate} written` : unchanged;
      say(shell.stdout, `${id}: ${done} (${at}).\n`);
    }
    return exitCodes.delivered;
  },
});
