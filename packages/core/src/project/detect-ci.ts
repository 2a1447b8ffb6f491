import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The CI and the variable that it was recognised by: `Azure Pipelines (TF_BUILD)`; `null`: there is none. `CI=false` and
 * `CI=0` mean that there is none, but only in the real environment: `held` may contain variables of `.env` files, which
 * must not hide a CI.
 *
 * The list is that of `ci-info`, plus what only `std-env` knows. A Docker build sets no variable by which it could be
 * recognised.
 */
export function detectCi(real: Environment, held: Environment = real): string | null {
  if (isDenied(real)) return null;
  const env = isDenied(held) ? { ...held, CI: real['CI'] } : held;
  const vendor = readVendors().find(({ env: rules }) =>
    [rules].flat().every((rule: Rule) => holds(rule, env)),
  );
  if (vendor !== undefined) return `${vendor.name} (${variableOf([vendor.env].flat()[0]!, env)})`;
  const name = [...genericNames, ...otherNames].find((name) => env[name]);
  if (name !== undefined) return name === 'CI' ? name : `a CI (${name})`;
  return env['STACK']?.startsWith('heroku-') ? 'Heroku (STACK)' : null;
}

interface Vendor {
  readonly name: string;
  /** All of them must be true. */
  readonly env: Rule | readonly Rule[];
}

/** The list of `ci-info`, read at its first use, which takes less than a millisecond and loads no module. */
function readVendors(): readonly Vendor[] {
  vendors ??= JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('ci-info/vendors.json'), 'utf8'),
  ) as Vendor[];
  return vendors;
}

let vendors: readonly Vendor[] | undefined;

function isDenied({ CI }: Environment): boolean {
  return CI === '0' || CI?.toLowerCase() === 'false';
}

/**
 * A rule of `ci-info` 4: a variable that is set, one of several variables, a variable that contains a text, or variables
 * with exact values.
 */
type Rule =
  | string
  | { readonly any: readonly string[] }
  | { readonly env: string; readonly includes: string }
  | Readonly<Record<string, string>>;

function holds(rule: Rule, env: Environment): boolean {
  if (typeof rule === 'string') return Boolean(env[rule]);
  if (isAny(rule)) return rule.any.some((name) => env[name]);
  if (isIncluded(rule)) return env[rule.env]?.includes(rule.includes) === true;
  return Object.entries(rule).every(([name, value]) => env[name] === value);
}

function variableOf(rule: Rule, env: Environment): string {
  if (typeof rule === 'string') return rule;
  if (isAny(rule)) return rule.any.find((name) => env[name])!;
  return isIncluded(rule) ? rule.env : Object.keys(rule)[0]!;
}

function isAny(rule: Exclude<Rule, string>): rule is { readonly any: readonly string[] } {
  return Array.isArray(rule['any' as keyof Rule]);
}

function isIncluded(
  rule: Exclude<Rule, string>,
): rule is { readonly env: string; readonly includes: string } {
  return 'includes' in rule;
}

/** The variables by which `ci-info` 4.5.0 recognises a CI without knowing which one (`index.js`, read 2026-11-28). */
const genericNames = [
  'CI',
  'BUILD_ID',
  'BUILD_NUMBER',
  'CI_APP_ID',
  'CI_BUILD_ID',
  'CI_BUILD_NUMBER',
  'CI_NAME',
  'CONTINUOUS_INTEGRATION',
  'RUN_ID',
];

/**
 * The CIs and build hosts that only `std-env` 4.3.0 recognises (read 2026-11-28), without its editors in a browser; and the
 * variables that Cloud Native Buildpacks and CodeBuild set according to their documentation.
 */
const otherNames = [
  'AWS_APP_ID',
  'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI',
  'INPUT_AZURE_STATIC_WEB_APPS_API_TOKEN',
  'K_SERVICE',
  'CLOUD_RUN_JOB',
  'CI_MERGE_REQUEST_ID',
  'DRONE_BUILD_EVENT',
  'JENKINS_URL',
  'SHIPPABLE',
  'TDDIUM',
  'STORMKIT',
  'CLEAVR',
  'ZEABUR',
  'CODESPHERE_APP_ID',
  'RAILWAY_PROJECT_ID',
  'RAILWAY_SERVICE_ID',
  'DENO_DEPLOY',
  'DENO_DEPLOYMENT_ID',
  'FIREBASE_APP_HOSTING',
  'EO_PAGES_CI',
  'CODEBUILD_BUILD_ID',
  'CNB_STACK_ID',
];
