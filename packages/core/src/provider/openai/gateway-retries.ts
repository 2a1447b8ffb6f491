import { isMap, jsonOf } from '../../plain-checks.ts';
import { member } from '../json.ts';
import type { ExtraHeaders } from './extra-headers.ts';

type HeaderOf = (name: string) => string | null;

/**
 * How often a gateway sent a request to the API, beyond the first time, as the headers of its answer say: Portkey's, LiteLLM's and
 * ngrok's (their documentation, 2026-11). Portkey's -1 means that it tried as often as it may.
 */
const repeatHeaders: Readonly<Record<string, (value: number) => number>> = {
  'x-portkey-retry-attempt-count': Math.abs,
  'x-litellm-attempted-retries': (value) => value,
  'x-litellm-attempted-fallbacks': (value) => value,
  'ngrok-aig-attempts': (value) => value - 1,
};

/** Whether a gateway says that it sent a request more than once, so that more than one call may have been billed. */
export function wasRepeated(header: HeaderOf): boolean {
  return Object.entries(repeatHeaders).some(([name, times]) => {
    const value = Number(header(name) ?? 0);
    return Number.isFinite(value) && times(value) > 0;
  });
}

/** What a user must know about a picture that a gateway delivered, in words about "the gateway". */
export function warningsOfGateway(header: HeaderOf): string[] {
  return [
    ...(wasRepeated(header)
      ? [
          'the gateway sent this request to the API more than once, and each call may have been billed; turn its retries off, because Tintype repeats what is free',
        ]
      : []),
    ...(cacheHeaders.some((name) => /^(semantic )?hit$/i.test(header(name) ?? ''))
      ? ['the gateway answered from its cache, so this may be the picture of an earlier request']
      : []),
  ];
}

/** Portkey's and Cloudflare's (their documentation, 2026-11). */
const cacheHeaders = ['x-portkey-cache-status', 'cf-aig-cache-status'];

/**
 * The header that tells a gateway to send a request again although it may have been billed; `null`: none does. Portkey's, LiteLLM's and
 * Cloudflare's (their documentation, 2026-11).
 */
export function headerThatRepeats(headers: ExtraHeaders): string | null {
  const isSet = (name: string) => Number(headers[name] ?? 0) > 0;
  if (repeatsAfterBills(jsonOf(headers[portkeyConfig] ?? ''))) return portkeyConfig;
  return ['x-litellm-num-retries', 'cf-aig-max-attempts'].find(isSet) ?? null;
}

const portkeyConfig = 'x-portkey-config';

/** Whether a config of Portkey, or one of its targets, tries again after a status that may have been billed. */
function repeatsAfterBills(config: unknown, depth = 0): boolean {
  if (!isMap(config) || depth > 5) return false;
  const { retry, strategy, targets } = config;
  const isRetrying = Number(member(retry, 'attempts') ?? 0) > 0;
  const fallsBack = member(strategy, 'mode') === 'fallback';
  return (
    (isRetrying && !areFree(member(retry, 'on_status_codes'))) ||
    (fallsBack && !areFree(member(strategy, 'on_status_codes'))) ||
    (Array.isArray(targets) && targets.some((target) => repeatsAfterBills(target, depth + 1)))
  );
}

/** Without a list, it is any failure, or 500 to 504. */
function areFree(statuses: unknown): boolean {
  return Array.isArray(statuses) && statuses.every((status) => status === 429);
}
