import type { Missing, Options } from '@tintype/core';
import { InvalidArgumentError } from 'commander';
import { choice, flag, type FlagsOf } from './command.ts';
import { reporterNames } from './reporters/reporter.ts';

/**
 * Where the project is, and how to report. Commands about the whole project take only these, so
 * that no other flag changes their result.
 */
export const placeFlags = {
  root: flag(
    '--root <dir>',
    'the project (default: the nearest folder with a config or package.json)',
  ),
  config: flag('--config <file>', 'the config file (default: tintype.config.* in the root)'),
  reporter: choice(
    '--reporter <name>',
    'how to report what happens (default: github in GitHub Actions, pretty on a terminal, otherwise plain)',
    reporterNames,
  ),
  quiet: flag('--quiet', 'errors only; plan still prints its result'),
};

/** The flags that override the config. */
export const projectFlags = {
  manifest: flag(
    '--manifest <glob>',
    'the manifests to read, below the root; repeat the flag for more',
    append,
  ),
  outDir: flag('--out-dir <dir>', 'where files for the site go (default: public/images)'),
  provider: flag(
    '--provider <name>',
    'the provider of images that name none: openai, replicate, offline or one from your config',
  ),
  ...placeFlags,
};

const missingWays: readonly Missing[] = ['buy', 'standin', 'fail'];

/** Further flags about what a run may do. */
export const runFlags = {
  concurrency: flag(
    '--concurrency <n>',
    'requests in flight at once (default: 4)',
    positiveInteger,
  ),
  maxCost: flag(
    '--max-cost <usd>',
    'the most that this run may cost in US dollars, or none (default: 5)',
    dollars,
  ),
  maxCostPerDay: flag(
    '--max-cost-per-day <usd>',
    'the most that all runs of a day (UTC) may cost, or none (default: none)',
    dollars,
  ),
  allowUnpriced: flag(
    '--allow-unpriced',
    'buy images of unknown price, even with a budget or in CI',
  ),
  missing: choice(
    '--missing <how>',
    'what to do with a picture that is not stored (default: fail in CI, otherwise what the config says, otherwise ask on a terminal, otherwise fail)',
    missingWays,
  ),
  frozen: flag('--frozen', 'the same as --missing fail').conflicts('missing'),
};

/** For the commands that buy pictures, or say what they cost. */
export const partialFlags = {
  partials: flag(
    '--partials <n>',
    'partial pictures to show while each one is made, 0 to 3, for 100 more tokens each; those of workers are not shown (default: partial_images of the manifest)',
    partialCount,
  ),
};

/** For the commands that buy or show what would be bought. */
export const orderFlags = {
  order: flag(
    '--order <id>',
    "the order that this run belongs to (default: the CI pipeline's id, otherwise a new order); within one order, a picture " +
      'that may have been billed is never requested again',
  ),
};

/** For the commands that do a part of a run. */
export const shardFlags = {
  shard: flag(
    '--shard <i/n>',
    'only a part of the images, such as 2/5, the second of five (default: TINTYPE_SHARD, otherwise all); ' +
      'all parts share the budget of one run',
  ),
};

/** For the commands that a queue of workers is about. */
export const queueFlags = {
  queue: flag(
    '--queue <url>',
    'a queue of workers, redis://… or postgres://… (default: TINTYPE_QUEUE, otherwise none); needs @tintype/queue',
  ),
};

/** For the commands whose pictures go through a queue. */
export const traceFlags = {
  traces: flag(
    '--traces',
    'send an OpenTelemetry trace of each picture, to the endpoint that the OTEL_ variables name',
  ),
};

/** The flags of `generate` only. */
export const buyFlags = {
  yes: flag('--yes', 'answer yes to the question whether to buy'),
  iAmTheOnlyBuyer: flag(
    '--i-am-the-only-buyer',
    "no other machine buys now; needed only if the store's remote cannot keep two machines from buying the same picture",
  ),
};

/** All flags that a command which loads a project can have. */
export type RunFlags = FlagsOf<
  typeof projectFlags & typeof runFlags & typeof orderFlags & typeof partialFlags & typeof buyFlags
>;

/** The flags as options, which override the config file. */
export function overridesOf(flags: RunFlags): Options {
  const missing = flags.frozen ? 'fail' : flags.missing;
  return {
    ...(flags.manifest && { manifests: flags.manifest }),
    ...(flags.outDir !== undefined && { outDir: flags.outDir }),
    ...(flags.provider !== undefined && { provider: flags.provider }),
    ...(flags.concurrency !== undefined && { concurrency: flags.concurrency }),
    ...(flags.maxCost !== undefined && { maxCostUsd: limitOf(flags.maxCost) }),
    ...(flags.maxCostPerDay !== undefined && {
      maxCostUsdPerDay: limitOf(flags.maxCostPerDay),
    }),
    ...(flags.partials !== undefined && { partialImages: flags.partials }),
    ...(flags.allowUnpriced && { allowUnpriced: true }),
    ...(flags.iAmTheOnlyBuyer && { onlyBuyer: true }),
    ...(missing !== undefined && { missing }),
  };
}

/** US dollars. Not `null`, because Commander turns it into an empty text. */
type Limit = number | 'none';

function limitOf(limit: Limit): number | null {
  return limit === 'none' ? null : limit;
}

/** An amount, or `none`. */
function dollars(text: string): Limit {
  if (text === 'none') return text;
  const amount = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(amount)) {
    throw new InvalidArgumentError('It takes an amount in US dollars, such as 0 or 2.50, or none.');
  }
  return amount;
}

function partialCount(text: string): number {
  if (!/^[0-3]$/.test(text)) throw new InvalidArgumentError('It takes a whole number from 0 to 3.');
  return Number(text);
}

export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('It takes a whole number from 1.');
  return Number(text);
}

export function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It takes a port from 0 to 65535.');
  return Number(text);
}

function append(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}
