import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { overridesOf, placeFlags, projectFlags } from '../flags.ts';
import { safeJson } from '../format/clean.ts';
import { widthOf } from '../format/wrap.ts';

const { reporter: _reporter, quiet: _quiet, ...lookFlags } = { ...projectFlags, ...placeFlags };

export const doctor = command({
  name: 'doctor',
  summary: 'say what this machine and this project are set up for, and what is wrong',
  description:
    'Says which versions are here, which config is in force and where each value comes from, what git does with the store, which ' +
    'models end, what is pending, and what is wrong. Its output is meant for bug reports: it contains names of variables and ' +
    'never their values. Spends nothing, writes nothing, and asks no API.',
  flags: {
    json: flag('--json', 'one JSON document on stdout instead of the text'),
    ...lookFlags,
  },
  examples: [['tintype doctor', 'what is set up, and what is wrong']],
  afterword: '\nExit codes: 0 nothing keeps a run from working, 1 something does.',
  async action({ shell, flags }) {
    const core = await import('@tintype/core');
    const examination = await core.examineProject(
      {
        cwd: shell.cwd,
        env: shell.env,
        ...(flags.root !== undefined && { root: flags.root }),
        ...(flags.config !== undefined && { config: flags.config }),
        overrides: overridesOf(flags),
      },
      {
        ...core.systemClock,
        now: shell.now,
        signal: new AbortController().signal,
        isTerminal: shell.terminal !== null,
      },
    );
    if (flags.json) shell.stdout.write(`${safeJson({ version: 1, ...examination }, 2)}\n`);
    else {
      const { examinationText } = await import('../format/examination-text.ts');
      shell.stdout.write(examinationText(examination, widthOf(shell.stdout)));
    }
    const isWorking = examination.problems.every(({ severity }) => severity === 'warning');
    return isWorking ? exitCodes.delivered : exitCodes.someFailed;
  },
});
