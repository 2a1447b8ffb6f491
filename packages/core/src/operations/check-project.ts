import { checkOnline } from './check-online.ts';
import { type Context, report } from '../context.ts';
import { diagnoseAll, inOrder, planRead, readProject } from './read-plan.ts';
import { mayBuy } from '../project/spending-policy.ts';
import { openStore } from '../store/open-store.ts';
import type { Diagnostic } from '../types.ts';

export interface CheckOptions {
  /** Also does the free checks that need the network: shutdown dates, and whether `https:` inputs have changed. */
  readonly isOnline: boolean;
}

export interface CheckResult {
  readonly manifests: number;
  readonly images: number;
  readonly errors: number;
  readonly warnings: number;
}

/** Validates manifests, models and input files; every mistake is reported as a `diagnostic` event. */
export async function checkProject(
  context: Context,
  { isOnline }: CheckOptions = { isOnline: false },
): Promise<CheckResult> {
  const store = await openStore(context);
  const project = await readProject(context, store, false);
  const { diagnostics } = await planRead(context, store, project, {
    ids: [],
    mayBuy: mayBuy(context.config.missing),
  });
  const online = isOnline ? await checkOnline(project.jobs, project.inputs, context) : [];
  const found = inOrder([
    ...project.diagnostics,
    ...diagnostics,
    ...diagnoseAll(project.manifests, online),
  ]);
  for (const diagnostic of found) report(context, { type: 'diagnostic', ...diagnostic });
  const errors = found.filter(isError).length;
  const { manifests, jobs } = project;
  return {
    manifests: manifests.length,
    images: jobs.length,
    errors,
    warnings: found.length - errors,
  };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}
