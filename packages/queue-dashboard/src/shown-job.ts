import type { BaseAdapter } from '@bull-board/api/baseAdapter';

type JobJson = ReturnType<Awaited<ReturnType<BaseAdapter['getJobs']>>[number]['toJSON']>;

/**
 * What the dashboard shows of a job: which image it is about, how far it is, what it cost, and the code of its failure. A prompt is in the
 * data of the job, and may be quoted in the message of a failure, so only members that are listed here are shown.
 */
export function shownJob(job: JobJson): JobJson {
  const { id, timestamp, processedOn, processedBy, finishedOn, attemptsMade, delay } = job;
  const { priority, attemptsStarted, stalledCounter } = job;
  return {
    ...pick({ id, processedOn, processedBy, finishedOn, delay, priority, attemptsStarted }),
    ...pick({ stalledCounter }),
    timestamp,
    attemptsMade,
    name: job.name === 'buy' || job.name === 'encode' ? job.name : 'another job',
    progress: shownProgress(job.progress),
    failedReason: job.failedReason && reasonOf(job),
    stacktrace: [],
    data: shownData(job.data),
    returnvalue: shownAnswer(job.returnvalue),
    opts: pick(pickFrom(job.opts, ['priority', 'attempts'])),
  };
}

type Members = Readonly<Record<string, unknown>>;

function shownData(data: unknown): Members {
  const { run, order } = membersOf(data);
  const { id, manifest, line, provider, key, specs, costUsd } = membersOf(order);
  return pick({
    run,
    image: id,
    manifest,
    line,
    provider,
    key,
    files: Array.isArray(specs) ? specs.map((spec) => membersOf(spec)['file']) : undefined,
    upToUsd: membersOf(costUsd)['high'],
  });
}

/** A purchase says what it does now. A failed one has its answer there. */
function shownProgress(progress: unknown): object {
  const { event, answer } = membersOf(progress);
  return pick({ now: membersOf(event)['type'], ...shownAnswer(answer) });
}

function shownAnswer(answer: unknown): Members {
  const { bought, costUsd, maybeBilledUsd } = membersOf(answer);
  return pick({ bought, costUsd, maybeBilledUsd, failure: codeIn(answer) });
}

function codeIn(answer: unknown): unknown {
  return membersOf(membersOf(answer)['failure'])['code'];
}

function reasonOf({ progress, failedReason }: JobJson): string {
  const code = codeIn(membersOf(progress)['answer']);
  if (typeof code === 'string') return code;
  // The words of BullMQ itself: a worker is gone.
  if (failedReason.startsWith('job stalled')) return failedReason;
  return 'failed: the log of its worker has the code';
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function pickFrom(value: unknown, names: readonly string[]): Members {
  const members = membersOf(value);
  return Object.fromEntries(names.map((name) => [name, members[name]]));
}

/** Without members that do not exist. */
function pick<Value extends Members>(members: Value): Partial<Value> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as Partial<Value>;
}
