import { detectCi } from './detect-ci.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What to do with a picture that is not in the store. */
export type Missing = 'buy' | 'standin' | 'fail';

export function isMissing(value: unknown): value is Missing {
  return value === 'buy' || value === 'standin' || value === 'fail';
}

/**
 * What a run does about missing pictures. `ask`: no setting decides, so the run asks the user, or fails if there is no
 * terminal.
 */
export type MissingPolicy = Missing | 'ask';

/** Whether a run may spend money, and how much. */
export interface SpendingPolicy {
  readonly missing: MissingPolicy;
  /** What decided `missing`, in words for a message. */
  readonly missingSetBy: string;
  /** US dollars that a run may spend; `null`: no limit. */
  readonly maxCostUsd: number | null;
  /** US dollars that all runs of a day in UTC may spend; `null`: no limit. */
  readonly maxCostUsdPerDay: number | null;
  /** Whether `maxCostUsd` was set, `null` included; `false`: it is the default. */
  readonly isBudgetSet: boolean;
  readonly allowUnpriced: boolean;
  /** The CI that was detected; `null`: none. */
  readonly ci: string | null;
}

/** The options about spending, from one source. */
export interface SpendingOptions {
  readonly missing?: Missing | undefined;
  readonly maxCostUsd?: number | null | undefined;
  readonly maxCostUsdPerDay?: number | null | undefined;
  readonly allowUnpriced?: boolean | undefined;
}

export const defaultMaxCostUsd = 5;

/**
 * The environment variables with the meaning of flags. They count only in the real environment, because `.env` comes with a
 * clone.
 */
export const spendingVariables = {
  missing: 'TINTYPE_MISSING',
  maxCostUsd: 'TINTYPE_MAX_COST',
  maxCostUsdPerDay: 'TINTYPE_MAX_COST_PER_DAY',
} as const;

/** The sources of a policy. */
export interface SpendingSources {
  readonly flags: SpendingOptions;
  /** The real environment, in which `problemsInEnvironment` found nothing. */
  readonly env: Environment;
  /**
   * The environment of the process, into which a framework may have put `.env` files. A variable that such a file repeats
   * is then not in `env`. Such a variable may forbid buying, and may not allow it.
   * @default env
   */
  readonly heldEnv?: Environment;
  readonly config: SpendingOptions;
}

/**
 * Decides whether to buy, and for how much. The first of these decides: a flag, the environment, `fail` in CI, the config,
 * the default. In CI the config may be part of a stranger's pull request, so there it can lower the default budget, but it
 * can neither raise it nor allow pictures without a price.
 */
export function resolveSpending(sources: SpendingSources): SpendingPolicy {
  const { flags, env, heldEnv = env, config } = sources;
  const ci = detectCi(env, heldEnv);
  const ofConfig = config.maxCostUsd === undefined ? defaultMaxCostUsd : config.maxCostUsd;
  const otherwise = {
    maxCostUsd: ci === null ? ofConfig : lower(ofConfig, defaultMaxCostUsd),
    maxCostUsdPerDay: config.maxCostUsdPerDay ?? null,
  };
  const variables = readEnvironment(env);
  const held = readEnvironment(heldEnv);
  const limit = (name: 'maxCostUsd' | 'maxCostUsdPerDay'): number | null => {
    const flag = flags[name];
    if (flag !== undefined) return flag;
    const variable = variables[name];
    return variable === undefined ? lower(held[name] ?? null, otherwise[name]) : variable;
  };
  return {
    ...decideMissing(flags, variables, held, config, ci),
    maxCostUsd: limit('maxCostUsd'),
    maxCostUsdPerDay: limit('maxCostUsdPerDay'),
    isBudgetSet: [flags, variables, held, config].some(
      ({ maxCostUsd }) => maxCostUsd !== undefined,
    ),
    allowUnpriced: flags.allowUnpriced ?? (ci === null && (config.allowUnpriced ?? false)),
    ci,
  };
}

function decideMissing(
  flags: SpendingOptions,
  variables: SpendingOptions,
  held: SpendingOptions,
  config: SpendingOptions,
  ci: string | null,
): Pick<SpendingPolicy, 'missing' | 'missingSetBy'> {
  if (flags.missing !== undefined) return { missing: flags.missing, missingSetBy: 'a flag' };
  const variable = variables.missing ?? (held.missing === 'buy' ? undefined : held.missing);
  if (variable !== undefined) {
    return { missing: variable, missingSetBy: spendingVariables.missing };
  }
  if (ci !== null) return { missing: 'fail', missingSetBy: `the CI that was detected (${ci})` };
  if (config.missing !== undefined) return { missing: config.missing, missingSetBy: 'the config' };
  return { missing: 'ask', missingSetBy: 'nothing' };
}

/** The lower of two limits; `null`: no limit. */
function lower(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Whether a run may buy, with or without a question. */
export function mayBuy(missing: MissingPolicy): boolean {
  return missing === 'buy' || missing === 'ask';
}

/** What is wrong with the variables. Each message names its variable. */
export function problemsInEnvironment(env: Readonly<Record<string, string | undefined>>): string[] {
  const missing = env[spendingVariables.missing];
  const problems =
    !missing || isMissing(missing)
      ? []
      : [`${spendingVariables.missing} must be "buy", "standin" or "fail"`];
  const amounts = [spendingVariables.maxCostUsd, spendingVariables.maxCostUsdPerDay];
  const wrong = amounts.filter((name) => env[name] && parseDollars(env[name]) === undefined);
  return [
    ...problems,
    ...wrong.map((name) => `${name} must be an amount in US dollars, such as 2.50, or "none"`),
  ];
}

/** `2.50` becomes a number, `none` becomes `null` (no limit). `undefined`: it is neither. */
export function parseDollars(text: string): number | null | undefined {
  if (text === 'none') return null;
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text)) return undefined;
  const amount = Number(text);
  return Number.isFinite(amount) ? amount : undefined;
}

function readEnvironment(env: Environment): SpendingOptions {
  const missing = env[spendingVariables.missing];
  const amountOf = (name: string) => (env[name] ? parseDollars(env[name]) : undefined);
  return {
    missing: isMissing(missing) ? missing : undefined,
    maxCostUsd: amountOf(spendingVariables.maxCostUsd),
    maxCostUsdPerDay: amountOf(spendingVariables.maxCostUsdPerDay),
  };
}
