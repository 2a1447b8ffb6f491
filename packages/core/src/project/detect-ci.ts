import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What a CI is recognised by: `Azure Pipelines (TF_BUILD)`; `null`: there is none. `CI=false` and `CI=0` say so, where the
 * real environment does: `held` may have variables of `.env` files in it, which must not hide a CI.
 *
 * The list is the one that `ci-info` keeps, with what only `std-env` knows. A Docker build sets nothing that could be
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
  /** All of them have to hold. */
  readonly env: Rule | readonly Rule[];
}

/** The list of `ci-info`, read when it is first asked for: less than a millisecond, and no module is loaded. */
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

/** A rule of `ci-info` 4: a variable that is set, one of several, one that holds a text, or ones of exact values. */
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

/** What `ci-info` 4.5.0 takes for a CI without knowing whose it is (`index.js`, read 2026-11-28). */
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
 * What only `std-env` 4.3.0 takes for a CI or a host that builds (read 2026-11-28), but for the editors in a browser
 * among them; and what its documentation says that Cloud Native Buildpacks and CodeBuild set.
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
