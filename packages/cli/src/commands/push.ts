import { argument, command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const push = command({
  name: 'push',
  summary: "upload this machine's originals to the store's remote",
  description:
    "Uploads this machine's originals to the store's remote (store.originals in the config), and reads them back to check them. " +
    'A run uploads what it buys by itself. Use push after a failed upload, or when you have added a remote to a store. ' +
    'Removes nothing. With ids: the originals of these images; without: everything that was bought.',
  arguments: [argument('[ids...]', 'images to upload')],
  flags: placeFlags,
  async action({ shell, flags }, ids) {
    const result = await withRun(shell, flags, (core, context) => core.pushOriginals(context, ids));
    if (!flags.quiet && flags.reporter !== 'json') {
      const { count } = await import('@tintype/core');
      const { remote, uploaded, wasThere, notes, failed } = result;
      const parts = [
        `${count(uploaded, 'picture')} uploaded`,
        ...(wasThere > 0 ? [`${wasThere} there already`] : []),
        ...(notes > 0 ? [`${count(notes, 'record')} added`] : []),
        ...(failed > 0 ? [`${failed} failed`] : []),
      ];
      say(shell.stdout, `${remote}: ${parts.join(', ')}.\n`);
    }
    return result.failed > 0 ? exitCodes.someFailed : exitCodes.delivered;
  },
});
