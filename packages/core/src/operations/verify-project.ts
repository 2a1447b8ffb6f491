import { join, relative } from 'node:path';
import { slashed } from '../fs/slashed.ts';
import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { openCache } from '../cache/open-cache.ts';
import { remoteOf } from './transfer-originals.ts';
import { readPlan } from './read-plan.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Key } from '../types.ts';
import type { Checked, VerifyFinding } from '../verify-finding.ts';

export interface VerifyOptions {
  /** Whether to fetch and hash the originals that only the store's remote has. */
  readonly isRemote: boolean;
}

export interface VerifyResult {
  /** The store's, then the cache's. */
  readonly findings: readonly VerifyFinding[];
  /** The findings that are not notes. */
  readonly errors: number;
  readonly records: number;
  readonly originals: Checked;
  /** Originals that only the store's remote has, and that were not checked. */
  readonly unchecked: number;
  readonly variants: Checked;
}

/**
 * Hashes every original and every cached variant. Changes nothing in the store; removes damaged variants from the
 * cache, which are encoded again when they are needed. Each finding is reported as a `warning`, too.
 * Throws `usage` if `isRemote` and the store has no remote.
 */
export async function verifyProject(
  context: Context,
  options: VerifyOptions = { isRemote: false },
): Promise<VerifyResult> {
  const { root, cacheDir } = context.config;
  const store = await openStore(context);
  if (options.isRemote) remoteOf(store);
  const verified = await store.verify(options);
  const cache = await openCache(context.config).verify();
  const idsOf = await imageIds(context, store);
  const inCache = (path: string) => slashed(relative(root, join(cacheDir, path)));
  const findings = [
    ...verified.findings.map((finding) => placed(finding, store.shownPath, idsOf)),
    ...cache.findings.map((finding) => placed(finding, inCache, idsOf)),
  ];
  for (const finding of findings) {
    report(context, {
      type: 'warning',
      code: finding.code,
      message: describe(finding),
      ...(finding.severity === 'error' && { isError: true }),
    });
  }
  return {
    findings,
    errors: findings.filter(({ severity }) => severity === 'error').length,
    records: verified.records,
    originals: verified.originals,
    unchecked: verified.unchecked,
    variants: cache.variants,
  };
}

/** A finding with its place, on one line. */
function describe({ path, message, imageIds = [] }: VerifyFinding): string {
  return `${path}${imageIds.length === 0 ? '' : ` (${imageIds.join(', ')})`} ${message}`;
}

function placed(
  finding: VerifyFinding,
  shownPath: (path: string) => string,
  idsOf: ReadonlyMap<Key, readonly string[]>,
): VerifyFinding {
  const ids = finding.imageIds ?? idsOf.get(finding.key!) ?? [];
  return {
    ...finding,
    path: shownPath(finding.path),
    ...(ids.length === 0 ? {} : { imageIds: ids }),
  };
}

/** The images by the key of their pictures. A project whose manifests cannot be read is verified without their names. */
async function imageIds(
  context: Context,
  store: Store,
): Promise<ReadonlyMap<Key, readonly string[]>> {
  const silent = {
    ...context,
    config: { ...context.config, missing: 'fail' as const },
    report: () => {},
  };
  const ids = new Map<Key, string[]>();
  try {
    const { plan } = await readPlan(silent, store, { ids: [], mayFetch: false, mayBuy: false });
    for (const { key, id } of plan.requests) {
      if (key !== null) ids.set(key, [...new Set([...(ids.get(key) ?? []), id])]);
    }
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
  }
  return ids;
}
