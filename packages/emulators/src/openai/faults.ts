import type { ErrorBody } from './api-error.ts';
import type { Endpoint, PictureFormat } from './check-request.ts';

/**
 * What can go wrong with one request that is itself in order. Plain data, so that it can be posted to `/__fail` as JSON.
 * Whether a fault bills is said by `isBilled()`: what happens before the work is free, what happens after it is not.
 */
export type Fault = RefusalFault | DelayFault | Trouble;

/** What goes wrong with a request that was read. */
export type Trouble = AnswerFault | TransportFault | PictureFault | StreamFault;

/** The connection is reset once the headers are read, the body is not. Free. It cannot be matched by prompt. */
export interface RefusalFault {
  readonly kind: 'refuse';
}

/** Waits, then answers well or, with `followedBy`, goes wrong. Bills like what follows. */
export interface DelayFault {
  readonly kind: 'delay';
  readonly ms: number;
  /** What is waited for on top, so that a test need not guess how long something takes. */
  readonly until?: Promise<unknown>;
  readonly followedBy?: Trouble;
}

/** Another answer than a picture. */
export type AnswerFault =
  /** An error envelope. Bills only with `billed`: the work was done before it failed. Made by the functions below. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly error: ErrorBody;
      readonly headers?: Readonly<Record<string, string>>;
      readonly billed?: boolean;
    }
  /** Any body of any type, as a proxy in between would send it. Bills only with `billed`. */
  | {
      readonly kind: 'page';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      readonly billed?: boolean;
    };

/** The way back breaks. All bill, for the work was done. */
type TransportFault =
  /** Reset after the request was read, before anything is answered. */
  | { readonly kind: 'reset-before-headers' }
  /** Closed after half of the body. */
  | { readonly kind: 'reset-mid-body' }
  /** Half of the body as though it were all: a whole HTTP message, no whole JSON. */
  | { readonly kind: 'truncated-body' }
  /** Silence, until the client gives up. */
  | { readonly kind: 'hang-before-headers' }
  /** Half of the body, then silence, until the client gives up. */
  | { readonly kind: 'hang-mid-body' }
  /** All of it, in many small pieces. */
  | { readonly kind: 'slow-trickle'; readonly durationMs: number }
  /** The right body under another type. */
  | { readonly kind: 'content-type'; readonly contentType: string }
  /** 200 and `application/json`, but this text for a body. */
  | { readonly kind: 'not-json'; readonly body: string };

/** The answer is well-formed and not what was asked for. All bill. */
type PictureFault =
  /** Bytes of another format than `output_format` says. */
  | { readonly kind: 'mislabelled-format'; readonly format: PictureFormat }
  /** Bytes of another size than `size` says. */
  | { readonly kind: 'wrong-size'; readonly width: number; readonly height: number }
  /** An alpha channel that is 255 everywhere, though the answer says transparent. */
  | { readonly kind: 'opaque-picture' }
  /** The second half of the bytes is missing: the header of a png or a jpeg can be read, its pixels cannot. */
  | { readonly kind: 'corrupt-picture' }
  /** `b64_json` with characters that are not base64. */
  | { readonly kind: 'invalid-base64' }
  /** Only the first `keep` pictures; 0: `data` is empty. */
  | { readonly kind: 'missing-pictures'; readonly keep: number }
  | { readonly kind: 'no-usage' }
  | { readonly kind: 'zero-usage' };

/** What streams add; a good answer where the request does not stream. All bill. */
type StreamFault =
  /** An `error` event in place of the completed one. */
  | { readonly kind: 'stream-error'; readonly error: ErrorBody }
  /** The stream ends in order, without a completed event. */
  | { readonly kind: 'stream-without-completed' }
  /** A plain JSON answer, though a stream was asked for. */
  | { readonly kind: 'json-instead-of-stream' };

/** Whether the account pays for a request that meets this fault; `null` is a good answer. */
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

/** What a fault is matched against. */
interface FaultTarget {
  readonly endpoint: Endpoint;
  readonly prompt: string;
  readonly model: string;
}

/** Which requests meet a fault: all conditions hold. Without any, the next image request does. */
export interface Match {
  /** A part of the prompt. */
  readonly prompt?: string | RegExp;
  readonly endpoint?: Endpoint;
  /** Not over HTTP. */
  readonly where?: (target: FaultTarget) => boolean;
  /**
   * How often the faults are gone through.
   * @default 1
   */
  readonly times?: number | 'always';
}

/** Faults waiting for their requests. Each request meets at most one: the first, in the order queued, that matches. */
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

  /** For a request of which only the headers are read. */
  takeRefusal(endpoint: Endpoint): RefusalFault | null {
    return this.#take(isRefusal, (match) => fits(match, { endpoint }));
  }

  take(target: FaultTarget): DelayFault | Trouble | null {
    return this.#take(isNoRefusal, (match) => fits(match, target));
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

function isNoRefusal(fault: Fault): fault is DelayFault | Trouble {
  return fault.kind !== 'refuse';
}

function fits(match: Match, target: Partial<FaultTarget>): boolean {
  const { prompt = '', endpoint, model = '' } = target;
  if (match.endpoint !== undefined && match.endpoint !== endpoint) return false;
  if (typeof match.prompt === 'string' && !prompt.includes(match.prompt)) return false;
  if (match.prompt instanceof RegExp && prompt.search(match.prompt) === -1) return false;
  return endpoint === undefined || (match.where?.({ endpoint, prompt, model }) ?? true);
}
