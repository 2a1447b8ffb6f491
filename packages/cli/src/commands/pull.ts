import { argument, command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const pull = command({
  name: 'pull',
  summary: "fetch originals from the store's remote, to work without a network",
  description:
    "Fetches originals from the store's remote (store.originals in the config) into this machine's cache, up to " +
    'store.copiesMaxBytes, and the records that other machines made. A run fetches what it needs by itself. ' +
    'With ids: these images and those that they use as inputs; without: all images.',
  arguments: [argument('[ids...]', 'images to fetch')],
  flags: placeFlags,
  async action({ shell, flags }, ids) {
    const result = await withRun(shell, flags, (core, context) => core.pullOriginals(context, ids));
    if (!flags.quiet && flags.reporter !== 'json') {
      const { count } = await import('@tintype/core');
      const { remote, pictures, records, failed } = result;
      const parts = [
        `${count(pictures, 'picture')} on this machine now`,
        ...(records > 0 ? [`${count(records, 'record')} from other machines`] : []),
        ...(failed > 0 ? [`${failed} failed`] : []),
      ];
      say(shell.stdout, `${remote}: ${parts.join(', ')}.\n`);
    }
    return result.failed > 0 ? exitCodes.someFailed : exitCodes.delivered;
  },
});
