import type { ErrorBody } from './api-error.ts';
import type { StorageEndpoint, StorageFault } from './batch-control.ts';
import type { Endpoint, PictureFormat } from './check-request.ts';

/**
 * The faults of a correct request. They are plain data, so that they can be posted to `/__fail` as JSON. `isBilled()` says
 * whether a fault is billed: a failure before the work is free, a failure after it is not.
 */
export type Fault = RefusalFault | DelayFault | Trouble | StorageFault;

/** The faults of a request whose body was read. */
export type Trouble = AnswerFault | TransportFault | PictureFault | StreamFault;

/** The connection is reset when the headers have been read and the body has not. Free. It cannot be matched by prompt. */
export interface RefusalFault {
  readonly kind: 'refuse';
}

/** Waits, then answers correctly or, with `followedBy`, fails. Billed as that is. */
export interface DelayFault {
  readonly kind: 'delay';
  readonly ms: number;
  /** An additional promise to wait for, so that a test need not guess how long something takes. */
  readonly until?: Promise<unknown>;
  readonly followedBy?: Trouble;
}

/** An answer that is not a picture. */
export type AnswerFault =
  /** An error envelope. Billed only with `billed`: the work was done before the failure. Made by the functions below. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly error: ErrorBody;
      readonly headers?: Readonly<Record<string, string>>;
      readonly billed?: boolean;
    }
  /** Any body of any type, as a proxy between the two would send it. Billed only with `billed`. */
  | {
      readonly kind: 'page';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      readonly billed?: boolean;
    };

/** The answer is damaged on its way. All are billed, because the work was done. */
type TransportFault =
  /** Reset when the request has been read, before anything is sent. */
  | { readonly kind: 'reset-before-headers' }
  /** Closed after half of the body. */
  | { readonly kind: 'reset-mid-body' }
  /** Half of the body, sent as if it were complete: a complete HTTP message with incomplete JSON. */
  | { readonly kind: 'truncated-body' }
  /** Nothing, until the client gives up. */
  | { readonly kind: 'hang-before-headers' }
  /** Half of the body, then nothing, until the client gives up. */
  | { readonly kind: 'hang-mid-body' }
  /** The complete body, in many small pieces. */
  | { readonly kind: 'slow-trickle'; readonly durationMs: number }
  /** The correct body with another content type. */
  | { readonly kind: 'content-type'; readonly contentType: string }
  /** 200 and `application/json`, but with this text as the body. */
  | { readonly kind: 'not-json'; readonly body: string };

/** The answer is well-formed and does not match the request. All are billed. */
type PictureFault =
  /** Bytes of another format than `output_format` says. */
  | { readonly kind: 'mislabelled-format'; readonly format: PictureFormat }
  /** Bytes of another size than `size` says. */
  | { readonly kind: 'wrong-size'; readonly width: number; readonly height: number }
  /** An alpha channel that is 255 everywhere, although the answer says transparent. */
  | { readonly kind: 'opaque-picture' }
  /** The second half of the bytes is missing: the header of a png or a jpeg can be read, its pixels cannot. */
  | { readonly kind: 'corrupt-picture' }
  /** `b64_json` with characters that are not base64. */
  | { readonly kind: 'invalid-base64' }
  /** Only the first `keep` pictures. 0: `data` is empty. */
  | { readonly kind: 'missing-pictures'; readonly keep: number }
  | { readonly kind: 'no-usage' }
  | { readonly kind: 'zero-usage' };

/** Additional faults of streams. If the request does not stream, the answer is correct. All are billed. */
type StreamFault =
  /** An `error` event instead of the completed one. */
  | { readonly kind: 'stream-error'; readonly error: ErrorBody }
  /** The stream ends normally, without a completed event. */
  | { readonly kind: 'stream-without-completed' }
  /** The picture is finished before all partial pictures are: only the first `keep` are sent, and billed. */
  | { readonly kind: 'fewer-partials'; readonly keep: number }
  /** A plain JSON answer, although a stream was requested. */
  | { readonly kind: 'json-instead-of-stream' };

/** The fault that follows a delay, or the fault itself. */
export function afterDelay<T extends { readonly kind: string }>(
  fault: DelayFault | T | null,
): Trouble | T | null {
  return isDelay(fault) ? (fault.followedBy ?? null) : fault;
}

function isDelay(fault: { readonly kind: string } | null): fault is DelayFault {
  return fault?.kind === 'delay';
}

/** Whether the account pays for a request with this fault; `null`: no fault. */
export function isBilled(fault: Fault | null): boolean {
  switch (fault?.kind) {
    case 'refuse':
      return false;
    case 'error':
    case 'page':
      return fault.billed ?? false;
    case 'delay':
      return isBilled(fault.followedBy ?? null);
    default:
      return true;
  }
}

/** The parts of a request by which faults are matched. */
interface FaultTarget {
  readonly endpoint: Endpoint | StorageEndpoint;
  readonly prompt: string;
  readonly model: string;
  /** Of a line of a batch; `null`: a direct request. */
  readonly customId: string | null;
}

/**
 * The conditions of a fault, all of which a request must meet. Without conditions, the next image request gets it, whether it
 * is direct or a line of a batch. Calls for files and batches get only the faults that name their endpoint.
 */
export interface Match {
  /** A part of the prompt. */
  readonly prompt?: string | RegExp;
  readonly endpoint?: Endpoint | StorageEndpoint;
  /** Not over HTTP. */
  readonly where?: (target: FaultTarget) => boolean;
  /**
   * How often the list of faults is repeated.
   * @default 1
   */
  readonly times?: number | 'always';
}

/**
 * Faults that wait for their requests. Each request gets at most one: the first that matches, in the order in which they
 * were queued.
 */
export class FaultQueue {
  #rules: { faults: readonly Fault[]; match: Match; next: number }[] = [];

  add(fault: Fault | readonly Fault[], match: Match = {}): void {
    const faults: readonly Fault[] = Array.isArray(fault) ? fault : [fault];
    if (faults.some(isRefusal) && (match.prompt !== undefined || match.where)) {
      throw new Error(
        'A request that is refused has not been read: it cannot be matched by prompt.',
      );
    }
    this.#rules.push({ faults, match, next: 0 });
  }

  /** For a request whose headers only are read. */
  takeRefusal(endpoint: Endpoint | StorageEndpoint): RefusalFault | null {
    return this.#take(isRefusal, (match) => fits(match, { endpoint }));
  }

  take(target: FaultTarget): DelayFault | Trouble | null {
    return this.#take(isPictureTrouble, (match) => fits(match, target));
  }

  /** A line of a batch has no connection of its own, so it gets only errors and faults of pictures. */
  takeForLine(target: FaultTarget): LineFault | null {
    return this.#take(isLineFault, (match) => fits(match, target));
  }

  takeForStorage(endpoint: StorageEndpoint): DelayFault | Trouble | StorageFault | null {
    return this.#take(isNoRefusal, (match) => match.endpoint === endpoint);
  }

  #take<T extends Fault>(
    isWanted: (fault: Fault) => fault is T,
    fitsMatch: (match: Match) => boolean,
  ): T | null {
    for (const rule of this.#rules) {
      const { faults, match, next } = rule;
      const rounds = match.times === 'always' ? Infinity : (match.times ?? 1);
      const fault = faults[next % faults.length];
      if (fault === undefined || next >= faults.length * rounds) continue;
      if (!isWanted(fault) || !fitsMatch(match)) continue;
      rule.next++;
      return fault;
    }
    return null;
  }
}

function isRefusal(fault: Fault): fault is RefusalFault {
  return fault.kind === 'refuse';
}

function isNoRefusal(fault: Fault): fault is DelayFault | Trouble | StorageFault {
  return fault.kind !== 'refuse';
}

const storageKinds: readonly string[] = [
  'late',
  'cut-content',
  'content-pieces',
  'fails-validation',
] satisfies StorageFault['kind'][];

function isPictureTrouble(fault: Fault): fault is DelayFault | Trouble {
  return isNoRefusal(fault) && !storageKinds.includes(fault.kind);
}

/** The faults of a line of a batch. */
export type LineFault = Extract<Trouble, { kind: 'error' }> | PictureFault;

const lineKinds: readonly string[] = [
  'error',
  'mislabelled-format',
  'wrong-size',
  'opaque-picture',
  'corrupt-picture',
  'invalid-base64',
  'missing-pictures',
  'no-usage',
  'zero-usage',
] satisfies LineFault['kind'][];

function isLineFault(fault: Fault): fault is LineFault {
  return lineKinds.includes(fault.kind);
}

function fits(match: Match, target: Partial<FaultTarget>): boolean {
  const { prompt = '', endpoint, model = '', customId = null } = target;
  if (match.endpoint === undefined ? isStorage(endpoint) : match.endpoint !== endpoint)
    return false;
  if (typeof match.prompt === 'string' && !prompt.includes(match.prompt)) return false;
  if (match.prompt instanceof RegExp && prompt.search(match.prompt) === -1) return false;
  return endpoint === undefined || (match.where?.({ endpoint, prompt, model, customId }) ?? true);
}

function isStorage(endpoint: Endpoint | StorageEndpoint | undefined): boolean {
  return endpoint !== undefined && endpoint !== 'generations' && endpoint !== 'edits';
}
