import { resolve } from 'node:path';
import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { say } from '../format/wrap.ts';

export const init = command({
  name: 'init',
  summary: 'write a first manifest, config, .gitignore lines and CI workflow',
  description:
    'Writes a first manifest, a config, .gitignore lines and a workflow for GitHub Actions. Never overwrites a file.',
  flags: {
    root: flag('--root <dir>', 'the folder to write into (default: the working folder)'),
    quiet: flag('--quiet', 'print nothing'),
  },
  examples: [['tintype init', 'start here: a first manifest and config']],
  async action({ shell, flags }) {
    const { writeFirstFiles } = await import('../init-files/write-first-files.ts');
    const lines = await writeFirstFiles(resolve(shell.cwd, flags.root ?? '.'));
    if (!flags.quiet) say(shell.stdout, `${lines.join('\n')}\n`);
    return exitCodes.delivered;
  },
});
