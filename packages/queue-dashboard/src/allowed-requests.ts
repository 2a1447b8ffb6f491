/*
 * Which of bull-board's paths the dashboard has, without the slash at the start. Not among them: those that add a job or change its data,
 * and the tree of a job, which would show what it says without `shownJob`.
 */

/** The page, its files, and what it reads. */
export function isRead(path: string): boolean {
  return reads.some((read) => read.test(path));
}

const reads = [
  /^$/,
  /^(?:static|queue)\/./,
  /^(?:api\/)?job-schedulers$/,
  /^api\/redis\/stats$/,
  // All queues, a queue or what is about it, a job and its log.
  /^api\/queues(?:\/[^/]+){0,2}$/,
  /^api\/queues\/[^/]+\/[^/]+\/logs$/,
];

/** To pause and resume queues, and to run again or remove jobs. */
export function isChange(path: string): boolean {
  return changes.some((change) => change.test(path));
}

const changes = [
  /^api\/queues\/(?:[^/]+\/)?(?:pause|resume)$/,
  /^api\/queues\/[^/]+\/(?:empty|(?:retry|clean)\/[a-z-]+)$/,
  /^api\/queues\/[^/]+\/[^/]+\/(?:retry|clean)$/,
];
