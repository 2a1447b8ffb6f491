import type { WorkerSettings } from '@tintype/queue';
import { InvalidArgumentError } from 'commander';
import { command, flag } from '../command.ts';
import type { WorkerState } from '../format/worker-lines.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags, portNumber, positiveInteger, queueFlags, traceFlags } from '../flags.ts';
import { withRun } from '../run.ts';

const roleNames = ['buy', 'encode'] as const;
type Role = (typeof roleNames)[number];

export const worker = command({
  name: 'worker',
  summary: 'buy and encode for runs on other machines, from a queue',
  description: `Does the work of runs that were started with --queue. A worker needs the same config, store and shared cache as those runs, and the API keys that they do not need. It buys only what a run's budget has released.

Ctrl-C or SIGTERM ends it: it takes no more jobs, gives back what was not sent, and waits for the pictures in flight.`,
  flags: {
    ...queueFlags,
    roles: flag(
      '--roles <names>',
      'what it does: buy, encode or both (default: buy,encode)',
      roles,
    ),
    concurrency: flag(
      '--concurrency <n>',
      'jobs of each role at once (default: 4 purchases, and an encoding job for each processor)',
      positiveInteger,
    ),
    metricsPort: flag(
      '--metrics-port <n>',
      'serve /metrics for Prometheus, /healthz and /readyz at this port (0: any; default: none)',
      portNumber,
    ),
    metricsHost: flag(
      '--metrics-host <address>',
      'the address for that, such as 0.0.0.0 in a container (default: 127.0.0.1)',
    ),
    ...traceFlags,
    ...placeFlags,
  },
  examples: [
    ['tintype worker --queue redis://queue:6379', 'buy and encode'],
    ['tintype worker --roles encode', 'encode only; needs no API key'],
  ],
  async action({ shell, flags }) {
    const { loadQueue, neededQueueUrl, withTraces } = await import('../load-queue.ts');
    const { workerLine } = await import('../format/worker-lines.ts');
    await withRun(shell, flags, async (_, context) => {
      const { runWorker } = await loadQueue();
      const say = (state: WorkerState): void => {
        const isFailure = state.type === 'job' && state.code !== null;
        if (flags.quiet && !isFailure) return;
        const line = { time: shell.now().toISOString(), ...state };
        shell.stdout.write(workerLine(line, flags.reporter === 'json'));
      };
      const settings: WorkerSettings = {
        roles: flags.roles ?? roleNames,
        concurrency: flags.concurrency ?? null,
        health:
          flags.metricsPort === undefined
            ? null
            : { port: flags.metricsPort, host: flags.metricsHost ?? '127.0.0.1' },
        onServing: (url) => say({ type: 'serving', url }),
        onReady: () => say({ type: 'ready' }),
        onJob: (done) => say({ type: 'job', ...done }),
      };
      const url = neededQueueUrl(flags.queue, context);
      await withTraces(flags.traces === true, context, async (traces) =>
        runWorker(url, context, { ...settings, traces }),
      );
    });
    return exitCodes.delivered;
  },
});

function roles(text: string): readonly Role[] {
  const names = text.split(',').map((name) => name.trim());
  const known = roleNames.filter((role) => names.includes(role));
  if (known.length !== names.length)
    throw new InvalidArgumentError('It takes buy, encode, or buy,encode.');
  return known;
}
