import { aborted } from '../aborted.ts';
import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { partialFlags, portNumber, projectFlags, queueFlags, runFlags } from '../flags.ts';
import { reread, withRun } from '../run.ts';

export const review = command({
  name: 'review',
  summary: 'serve the contact sheet on this machine, to edit, compare, pick and buy',
  description:
    'Serves the contact sheet on 127.0.0.1 and prints its address; anyone who has the address can edit, pick and buy. The page follows every ' +
    'change of the project and buys only what you click. --host adds addresses for others, who can neither edit nor buy; ' +
    'they are plain HTTP, so use them in a network that you trust. Ctrl-C ends it.',
  flags: {
    port: flag('--port <n>', 'the port (default: any free port)', portNumber),
    host: flag(
      '--host <address>',
      'also serve it to others, to look at only: an address of this machine, or 0.0.0.0 for all',
    ),
    allowPick: flag(
      '--allow-pick',
      'with --host: print one more address, whose readers may pick and comment',
    ),
    open: flag('--open', 'open the page in the browser'),
    ...projectFlags,
    ...runFlags,
    ...partialFlags,
    ...queueFlags,
  },
  examples: [
    ['tintype review --open', 'edit, compare, pick and buy on one page'],
    ['tintype review --host 0.0.0.0', 'a second address for colleagues, who may only look'],
  ],
  /** Serves until Ctrl-C, which waits for a purchase in flight. */
  async action({ shell, flags }) {
    await withRun(shell, flags, async (core, first) => {
      if (flags.allowPick && flags.host === undefined)
        throw new core.TintypeError('usage', '--allow-pick goes with --host');
      const { serveSheet } = await import('@tintype/sheet');
      const { queueUrl, withWorkers } = await import('../load-queue.ts');
      const url = queueUrl(flags.queue, first);
      const server = await serveSheet({
        context: () => reread(core, shell, flags, first),
        port: flags.port ?? 0,
        shared:
          flags.host === undefined ? null : { host: flags.host, mayPick: flags.allowPick === true },
        // A person waits, so these jobs go before those of other runs.
        generate: (context, ids) =>
          withWorkers(
            url,
            context,
            { isUrgent: true, isWatched: true, isTraced: false },
            (queued) => core.generate(queued, ids),
          ),
      });
      shell.stdout.write(`${server.url}\n`);
      for (const url of server.shared.look) shell.stdout.write(`to look:  ${url}\n`);
      for (const url of server.shared.pick) shell.stdout.write(`to pick:  ${url}\n`);
      const { openSheet } = await import('../open-sheet.ts');
      const close = flags.open ? openSheet(server.url, shell) : () => {};
      await aborted(first.signal);
      close();
      await server.close();
    });
    return exitCodes.delivered;
  },
});
