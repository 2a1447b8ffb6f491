import type { Missing, Options } from '@tintype/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { REPORTERS, type ReporterName } from './reporters/reporter.ts';

/** The flags for the project's folder and for output. */
export interface PlaceFlags {
  readonly root?: string;
  readonly config?: string;
  readonly reporter?: ReporterName;
  readonly quiet?: boolean;
}

/** The flags that override the config. */
export interface ProjectFlags extends PlaceFlags {
  readonly manifest?: readonly string[];
  readonly outDir?: string;
  readonly provider?: string;
}

/** US dollars. Not `null`, because Commander turns it into an empty text. */
type Limit = number | 'none';

/** Further flags about what a run may do. */
export interface RunFlags extends ProjectFlags {
  readonly concurrency?: number;
  readonly maxCost?: Limit;
  readonly maxCostPerDay?: Limit;
  readonly allowUnpriced?: boolean;
  readonly missing?: Missing;
  readonly frozen?: boolean;
  readonly order?: string;
}

/** The flags of `generate` only. */
export interface GenerateFlags extends RunFlags {
  readonly yes?: boolean;
}

/** For commands about the whole project, whose result does not depend on other flags. */
export function addPlaceFlags(command: Command): Command {
  return command
    .option(
      '--root <dir>',
      'the project (default: the nearest folder with a config or package.json)',
    )
    .option('--config <file>', 'the config file (default: tintype.config.* in the root)')
    .addOption(
      new Option(
        '--reporter <name>',
        'how to tell what happens (default: github in GitHub Actions, pretty on a terminal, else plain)',
      ).choices(REPORTERS),
    )
    .option('--quiet', 'errors only; plan still prints its result');
}

export function addProjectFlags(command: Command): Command {
  return addPlaceFlags(
    command
      .option('--manifest <glob>', 'manifests to read, below the root; repeat it for more', append)
      .option('--out-dir <dir>', 'where files for the site go (default: public/images)')
      .option(
        '--provider <name>',
        'for images that name none: openai, offline or one of your config',
      ),
  );
}

export function addRunFlags(command: Command): Command {
  return command
    .option('--concurrency <n>', 'requests in flight at once (default: 4)', positiveInteger)
    .option(
      '--max-cost <usd>',
      'what this run may cost in US dollars, or none (default: 5)',
      dollars,
    )
    .option(
      '--max-cost-per-day <usd>',
      'what all runs of a day (UTC) may cost, or none (default: none)',
      dollars,
    )
    .option('--allow-unpriced', 'buy images of unknown price, although a budget was set or in CI')
    .addOption(
      new Option(
        '--missing <how>',
        'what to do with a picture that is not stored (default: fail in CI, else what the config says, else ask on a terminal, else fail)',
      ).choices(['buy', 'standin', 'fail']),
    )
    .addOption(new Option('--frozen', 'the same as --missing fail').conflicts('missing'));
}

/** For the commands that buy or show what would be bought. */
export function addOrderFlag(command: Command): Command {
  return command.option(
    '--order <id>',
    "what this run is part of (default: the CI pipeline's id, else a new one); one order never asks again for a " +
      'picture that may have been billed',
  );
}

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
    ...(flags.allowUnpriced && { allowUnpriced: true }),
    ...(missing !== undefined && { missing }),
  };
}

function append(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** `30` or `30d`. */
export function days(value: string): number {
  if (!/^\d{1,5}d?$/.test(value))
    throw new InvalidArgumentError('It takes a number of days, such as 30 or 30d.');
  return Number.parseInt(value, 10);
}

export function positiveInteger(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new InvalidArgumentError('It takes a whole number from 1.');
  return Number(value);
}

export function port(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
    throw new InvalidArgumentError('It takes a port from 0 to 65535.');
  return Number(value);
}

/** An amount, or `none`. */
function dollars(value: string): Limit {
  if (value === 'none') return value;
  const amount = /^(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(amount)) {
    throw new InvalidArgumentError('It takes an amount in US dollars, such as 0 or 2.50, or none.');
  }
  return amount;
}

function limitOf(limit: Limit): number | null {
  return limit === 'none' ? null : limit;
}
