import { argument, command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { projectFlags } from '../flags.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const encode = command({
  name: 'encode',
  summary: 'encode the stored pictures into the cache, and with --thorough make smaller AVIF files',
  description:
    'Encodes every file of the pictures in the store into the cache, where the next run or build takes them from. ' +
    'Buys nothing and writes no files for the site. After Ctrl-C, run it again to encode the rest.',
  arguments: [argument('[ids...]', 'images to encode')],
  flags: {
    thorough: flag(
      '--thorough',
      'make AVIF files about a tenth smaller, which takes several times as long; later runs use them',
    ),
    ...projectFlags,
  },
  examples: [['tintype encode --thorough', 'make the AVIF files smaller, once']],
  async action({ shell, flags }, ids) {
    const isThorough = flags.thorough === true;
    const result = await withRun(shell, flags, (core, context) =>
      core.encodeProject(context, { ids, isThorough }),
    );
    if (!flags.quiet && flags.reporter !== 'json') {
      const { encodeSummary } = await import('../format/encode-summary.ts');
      say(shell.stdout, encodeSummary(result));
    }
    return result.failed > 0 ? exitCodes.someFailed : exitCodes.delivered;
  },
});
