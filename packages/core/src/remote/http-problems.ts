/** Why a remote failed: a code, and a clause that follows the name of the remote. */
export interface RemoteProblem {
  readonly code: 'remote-unavailable' | 'remote-denied' | 'remote-unsupported' | 'remote-damaged';
  readonly problem: string;
}

/**
 * What an HTTP status means that is not a success. `null`: the name does not exist (404, 410), or, for a conditional
 * request, it exists (412).
 */
export function problemOf(status: number, isConditional: boolean): RemoteProblem | null {
  if (status === 404 || status === 410 || (status === 412 && isConditional)) return null;
  if (status === 401 || status === 403)
    return { code: 'remote-denied', problem: `denies access (${status}); check its credentials` };
  if (status >= 300 && status < 400) {
    const problem = `redirects (${status}), which is not followed because the headers are for this server; name the other address`;
    return { code: 'remote-unsupported', problem };
  }
  if (status === 413)
    return { code: 'remote-unsupported', problem: 'takes no file of this size (413)' };
  if (unsupported.has(status))
    return { code: 'remote-unsupported', problem: `cannot do this (${status})` };
  if (status >= 500 || passing.has(status))
    return {
      code: 'remote-unavailable',
      problem: `cannot answer now (${status}); run again later`,
    };
  return { code: 'remote-damaged', problem: `answers ${status}` };
}

/** Method not allowed, length required, not implemented, HTTP version not supported. */
const unsupported: ReadonlySet<number> = new Set([405, 411, 501, 505]);

/** Request timeout, conflict, too early, too many requests. */
const passing: ReadonlySet<number> = new Set([408, 409, 425, 429]);
