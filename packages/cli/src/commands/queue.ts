import { Argument } from 'commander';
import { command, type Value } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags, queueFlags } from '../flags.ts';
import { withRun } from '../run.ts';

const actions = ['status', 'pause', 'resume', 'drain'] as const;

export const queue = command({
  name: 'queue',
  summary: 'show, pause and resume the queue of workers',
  description: `Operates a queue that runs and workers share.

  status   how many jobs wait, run and have ended, and how many workers there are
  pause    workers take no more jobs, and finish those that they have
  resume   workers take jobs again
  drain    remove the jobs that no worker has begun; a run that still wants one puts it back`,
  arguments: [
    new Argument('<op>', 'what to do').choices(actions) as Value<(typeof actions)[number]>,
  ],
  flags: { ...queueFlags, ...placeFlags },
  examples: [['tintype queue status', 'what the workers do now']],
  async action({ shell, flags }, op) {
    const { loadQueue, neededQueueUrl } = await import('../load-queue.ts');
    await withRun(shell, flags, async (_, context) => {
      const { operateQueue } = await loadQueue();
      const operations = await operateQueue(neededQueueUrl(flags.queue, context));
      try {
        if (op !== 'status') await operations[op]();
        const states = await operations.state();
        if (flags.reporter === 'json') shell.stdout.write(`${JSON.stringify(states)}\n`);
        else if (flags.quiet !== true || op === 'status')
          for (const state of states) shell.stdout.write(lineOf(state));
      } finally {
        await operations.close();
      }
    });
    return exitCodes.delivered;
  },
});

type State = Awaited<
  ReturnType<Awaited<ReturnType<typeof import('@tintype/queue').operateQueue>>['state']>
>[number];

function lineOf({ role, isPaused, waiting, active, completed, failed, workers }: State): string {
  const paused = isPaused ? ' (paused)' : '';
  const counts = `${waiting} waiting, ${active} running, ${completed} done, ${failed} failed`;
  return `${role.padEnd(6)} ${counts}; ${workers} ${workers === 1 ? 'worker' : 'workers'}${paused}\n`;
}
