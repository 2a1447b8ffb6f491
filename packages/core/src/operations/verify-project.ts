import { relative, sep } from 'node:path';
import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { verifyCache } from '../cache/verify-cache.ts';
import { readPlan } from './read-plan.ts';
import { fileStore } from '../store/file-store.ts';
import { changesByGit } from '../store/changes-by-git.ts';
import { listStore } from '../store/list-store.ts';
import { verifyStore } from '../store/verify-store.ts';
import type { Key } from '../types.ts';
import type { Checked, VerifyFinding } from '../verify-finding.ts';

export interface VerifyResult {
  /** The store's, then the cache's. */
  readonly findings: readonly VerifyFinding[];
  /** Of the findings, those that are no notes. */
  readonly errors: number;
  readonly records: number;
  readonly originals: Checked;
  readonly variants: Checked;
}

/**
 * Hashes every original and every cached variant. Changes nothing in the store; removes damaged variants from the
 * cache, which are encoded again when they are needed. Each finding is reported as a `warning`, too.
 */
export async function verifyProject(context: Context): Promise<VerifyResult> {
  const { storeDir, cacheDir } = context.config;
  const store = await verifyStore(storeDir);
  const cache = await verifyCache(cacheDir);
  const idsOf = await imageIds(context);
  const findings = [
    ...store.findings.map((finding) => placed(context, storeDir, finding, idsOf)),
    ...(await gitFindings(context)).map((finding) => placed(context, storeDir, finding, idsOf)),
    ...cache.findings.map((finding) => placed(context, cacheDir, finding, idsOf)),
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
    records: store.records,
    originals: store.originals,
    variants: cache.variants,
  };
}

/** By which attributes git would change what was paid for. */
async function gitFindings({ config, realEnv }: Context): Promise<VerifyFinding[]> {
  const { records, originals, rejected, pins } = await listStore(config.storeDir);
  const paths = [records, originals, rejected, pins].flat().map(({ path }) => path);
  const changes = await changesByGit(config.storeDir, realEnv, paths);
  return changes.map(({ path, attribute, files }) => {
    const others = files === 1 ? '' : `, and ${files - 1} more`;
    const message = `would be changed by git when it is committed or checked out (its attribute ${attribute}${others}): take that out of .gitattributes or .git/info/attributes, or put a line * -text -ident into .gitattributes in the store`;
    return { severity: 'error', code: 'changed-by-git', path, message };
  });
}

/** A finding with its place, on one line. */
function describe({ path, message, imageIds = [] }: VerifyFinding): string {
  return `${path}${imageIds.length === 0 ? '' : ` (${imageIds.join(', ')})`} ${message}`;
}

function placed(
  { config }: Context,
  dir: string,
  finding: VerifyFinding,
  idsOf: ReadonlyMap<Key, readonly string[]>,
): VerifyFinding {
  const folder = relative(config.root, dir).split(sep).join('/');
  const ids = finding.imageIds ?? idsOf.get(finding.key!) ?? [];
  return {
    ...finding,
    path: folder === '' ? finding.path : `${folder}/${finding.path}`,
    ...(ids.length === 0 ? {} : { imageIds: ids }),
  };
}

/** The images by the key of their pictures. A project whose manifests cannot be read is verified without their names. */
async function imageIds(context: Context): Promise<ReadonlyMap<Key, readonly string[]>> {
  const silent = {
    ...context,
    config: { ...context.config, missing: 'fail' as const },
    report: () => {},
  };
  const ids = new Map<Key, string[]>();
  try {
    const store = fileStore(context.config.storeDir);
    const { plan } = await readPlan(silent, store, { ids: [], mayFetch: false, mayBuy: false });
    for (const { key, id } of plan.requests) {
      if (key !== null) ids.set(key, [...new Set([...(ids.get(key) ?? []), id])]);
    }
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
  }
  return ids;
}
