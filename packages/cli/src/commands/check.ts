import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { projectFlags } from '../flags.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const check = command({
  name: 'check',
  summary: 'validate manifests, models and input files',
  description:
    'Validates manifests, models and input files, and reports every mistake with its file and line.',
  flags: {
    online: flag(
      '--online',
      'also ask the API for shutdown dates, and whether https: inputs have changed',
    ),
    ...projectFlags,
  },
  async action({ shell, flags }) {
    const { checkSummary } = await import('../format/check-summary.ts');
    const options = { isOnline: flags.online === true };
    const result = await withRun(shell, flags, (core, context) =>
      core.checkProject(context, options),
    );
    if (!flags.quiet && flags.reporter !== 'json') say(shell.stdout, `${checkSummary(result)}\n`);
    return result.errors > 0 ? exitCodes.wrongInput : exitCodes.delivered;
  },
});
