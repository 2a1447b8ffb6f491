import { Argument } from 'commander';
import { aborted } from '../aborted.ts';
import { command, flag, type Value } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags, portNumber, queueFlags } from '../flags.ts';
import { withRun } from '../run.ts';

const actions = ['status', 'pause', 'resume', 'drain', 'dashboard'] as const;

export const queue = command({
  name: 'queue',
  summary: 'show, pause and resume the queue of workers',
  description: `Operates a queue that runs and workers share.

  status      how many jobs wait, run and have ended, and how many workers there are
  pause       workers take no more jobs, and finish those that they have
  resume      workers take jobs again
  drain       remove the jobs that no worker has begun; a run that still wants one puts it back
  dashboard   serve a page of its jobs on 127.0.0.1 until Ctrl-C, and print its address; needs @tintype/queue-dashboard`,
  arguments: [
    new Argument('<op>', 'what to do').choices(actions) as Value<(typeof actions)[number]>,
  ],
  flags: {
    ...queueFlags,
    json: flag('--json', 'one JSON document on stdout instead of the text; not for dashboard'),
    port: flag('--port <n>', 'the port of the dashboard (default: any free port)', portNumber),
    allowChanges: flag(
      '--allow-changes',
      'the dashboard may pause and resume, and run again or remove jobs; it can never buy',
    ),
    ...placeFlags,
  },
  examples: [
    ['tintype queue status', 'what the workers do now'],
    ['tintype queue dashboard', 'the same, and each job, on a page'],
  ],
  async action({ shell, flags }, op) {
    const { loadDashboard, loadQueue, neededQueueUrl } = await import('../load-queue.ts');
    await withRun(
      shell,
      flags,
      async (core, context) => {
        const url = neededQueueUrl(flags.queue, context);
        if (op === 'dashboard') {
          if (flags.json) throw new core.TintypeError('usage', '--json does not go with dashboard');
          const { serveDashboard } = await loadDashboard();
          const { port = 0, allowChanges: allowsChanges = false } = flags;
          const dashboard = await serveDashboard(url, { port, allowsChanges });
          shell.stdout.write(`${dashboard.url}\n`);
          await aborted(context.signal);
          await dashboard.close();
          return;
        }
        const { operateQueue } = await loadQueue();
        const operations = await operateQueue(url);
        try {
          if (op !== 'status') await operations[op]();
          const states = await operations.state();
          if (flags.json)
            shell.stdout.write(`${JSON.stringify({ version: 1, queues: states }, null, 2)}\n`);
          else if (flags.reporter === 'json') shell.stdout.write(`${JSON.stringify(states)}\n`);
          else if (flags.quiet !== true || op === 'status')
            for (const state of states) shell.stdout.write(lineOf(state));
        } finally {
          await operations.close();
        }
      },
      { results: flags.json ? shell.stderr : shell.stdout },
    );
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
