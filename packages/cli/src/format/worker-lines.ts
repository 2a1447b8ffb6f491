import type { DoneJob } from '@tintype/queue';

/** What a worker says: where it serves its metrics and health, that it takes jobs, that a job has ended. No prompt or key is in it. */
export type WorkerState =
  | { readonly type: 'serving'; readonly url: string }
  | { readonly type: 'ready' }
  | ({ readonly type: 'job' } & DoneJob);

export type WorkerLine = { readonly time: string } & WorkerState;

/** The line for people, or for programs. */
export function workerLine(line: WorkerLine, isJson: boolean): string {
  return `${isJson ? JSON.stringify(line) : textOf(line)}\n`;
}

function textOf(line: WorkerLine): string {
  switch (line.type) {
    case 'serving':
      return `metrics and health: ${line.url}`;
    case 'ready':
      return 'ready';
    case 'job': {
      const { time, role, id, code, ms, costUsd } = line;
      const cost = costUsd === null || costUsd === 0 ? '' : `, $${costUsd.toFixed(4)}`;
      return `${time} ${role} ${id.slice(0, 12)} ${code ?? 'done'} in ${Math.round(ms)} ms${cost}`;
    }
  }
}
