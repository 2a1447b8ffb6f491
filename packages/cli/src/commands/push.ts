import { argument, command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const push = command({
  name: 'push',
  summary: "put the originals of this machine into the store's remote",
  description:
    "Puts originals that this machine has into the store's remote (store.originals in the config), and reads them back. " +
    'A run does so by itself for what it buys; push is for what could not be delivered then, and for a store that had no ' +
    'remote before. Removes nothing. An id stands for an image; without ids: everything that was bought.',
  arguments: [argument('[ids...]', 'images to put there')],
  flags: placeFlags,
  async action({ shell, flags }, ids) {
    const result = await withRun(shell, flags, (core, context) => core.pushOriginals(context, ids));
    if (!flags.quiet && flags.reporter !== 'json') {
      const { count } = await import('@tintype/core');
      const { remote, delivered, wasThere, notes, failed } = result;
      const parts = [
        `${count(delivered, 'picture')} delivered`,
        ...(wasThere > 0 ? [`${wasThere} there already`] : []),
        ...(notes > 0 ? [`${count(notes, 'record')} added`] : []),
        ...(failed > 0 ? [`${failed} failed`] : []),
      ];
      say(shell.stdout, `${remote}: ${parts.join(', ')}.\n`);
    }
    return result.failed > 0 ? exitCodes.someFailed : exitCodes.delivered;
  },
});
