import type { Config } from './config.ts';
import type { Reporter } from './events.ts';
import type { AssetMap, Plan } from './types.ts';

/** What a run needs of the world, handed in by the shell: core reads no environment and no clock of its own. */
export interface Context {
  readonly config: Config;
  /** The environment, `.env` files included; the only place a key comes from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly report: Reporter;
  readonly now: () => Date;
  /** Aborted by the first Ctrl-C: nothing new is asked for, what is in flight is awaited and stored. */
  readonly signal: AbortSignal;
}

/** What a run did: the counts of the `done` event, and what the outputs now are. */
export interface GenerateResult {
  readonly plan: Plan;
  readonly assetMap: AssetMap;
  readonly delivered: number;
  readonly bought: number;
  readonly failed: number;
  readonly costUsd: number | null;
  readonly written: number;
  readonly removed: number;
}

/** Makes what is missing, encodes, writes. `ids`: only these images and what they depend on; none: all. */
export async function generate(
  context: Context,
  ids: readonly string[] = [],
): Promise<GenerateResult> {
  throw new Error(`not written yet: ${context.config.root} ${ids.join()}`);
}

/** What `generate` would do and cost. Spends nothing, writes nothing. */
export async function planProject(context: Context, ids: readonly string[] = []): Promise<Plan> {
  throw new Error(`not written yet: ${context.config.root} ${ids.join()}`);
}

export interface CheckResult {
  readonly manifests: number;
  readonly images: number;
  readonly errors: number;
  readonly warnings: number;
}

/** Validates manifests, models and input files; every mistake is reported as a `diagnostic` event. */
export async function checkProject(context: Context): Promise<CheckResult> {
  throw new Error(`not written yet: ${context.config.root}`);
}
