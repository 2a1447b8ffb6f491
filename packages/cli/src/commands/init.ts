import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { say } from '../format/wrap.ts';

export const init = command({
  name: 'init',
  summary: 'ask three questions, and write a first manifest, config, .gitignore lines and CI check',
  description:
    'Writes a first manifest, a config, .gitignore lines and a check for CI. On a terminal it first asks how pages get their pictures, where ' +
    'the pictures live, and which CI there is. Never overwrites a file.',
  flags: {
    root: flag('--root <dir>', 'the folder to write into (default: the working folder)'),
    yes: flag('--yes', 'ask nothing, and write what fits the project'),
    quiet: flag('--quiet', 'ask and print nothing'),
  },
  examples: [['tintype init', 'start here: a first manifest and config']],
  async action({ shell, flags }) {
    const { detectedChoices, suggestedChoices } = await import('../init-files/choices.ts');
    const { inspectSite } = await import('../init-files/site.ts');
    const { writeFirstFiles } = await import('../init-files/write-first-files.ts');
    const root = resolve(shell.cwd, flags.root ?? '.');
    await mkdir(root, { recursive: true });
    const site = inspectSite(root);
    const isAsked = shell.terminal !== null && !flags.yes && !flags.quiet;
    const choices = isAsked
      ? await (
          await import('../init-files/ask-choices.ts')
        ).askChoices(shell.terminal, suggestedChoices(site))
      : detectedChoices(site);
    const lines = await writeFirstFiles(site, choices);
    if (!flags.quiet) say(shell.stdout, `${lines.join('\n')}\n`);
    return exitCodes.delivered;
  },
});
