import type { Missing, Options } from '@tintype/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { REPORTERS, type ReporterName } from './reporters/create-view.ts';

/** Which project, and how to tell about it. */
export interface ProjectFlags {
  readonly manifest?: readonly string[];
  readonly root?: string;
  readonly config?: string;
  readonly outDir?: string;
  readonly provider?: string;
  readonly reporter?: ReporterName;
  readonly quiet?: boolean;
}

/** What a run may do, on top. */
export interface RunFlags extends ProjectFlags {
  readonly concurrency?: number;
  readonly maxCost?: number;
  readonly missing?: Missing;
  readonly frozen?: boolean;
}

export function addProjectFlags(command: Command): Command {
  return command
    .option('--manifest <glob>', 'manifests to read, below the root; repeat it for more', append)
    .option(
      '--root <dir>',
      'the project (default: the nearest folder with a config or package.json)',
    )
    .option('--config <file>', 'the config file (default: tintype.config.* in the root)')
    .option('--out-dir <dir>', 'where files for the site go (default: public/images)')
    .option('--provider <name>', 'for images that name none: openai, offline or one of your config')
    .addOption(
      new Option(
        '--reporter <name>',
        'how to tell what happens (default: pretty on a terminal, else plain)',
      ).choices(REPORTERS),
    )
    .option('--quiet', 'errors only; plan still prints its result');
}

export function addRunFlags(command: Command): Command {
  return command
    .option('--concurrency <n>', 'requests in flight at once (default: 4)', positiveInteger)
    .option('--max-cost <usd>', 'what this run may cost in US dollars (default: no limit)', dollars)
    .addOption(
      new Option(
        '--missing <how>',
        'what to do with a picture that is not stored (default: buy, and fail where CI is set)',
      ).choices(['buy', 'standin', 'fail']),
    )
    .addOption(new Option('--frozen', 'the same as --missing fail').conflicts('missing'));
}

/** The flags as options, which win over the config file. */
export function overridesOf(flags: RunFlags): Options {
  const missing = flags.frozen ? 'fail' : flags.missing;
  return {
    ...(flags.manifest && { manifests: flags.manifest }),
    ...(flags.outDir !== undefined && { outDir: flags.outDir }),
    ...(flags.provider !== undefined && { provider: flags.provider }),
    ...(flags.concurrency !== undefined && { concurrency: flags.concurrency }),
    ...(flags.maxCost !== undefined && { maxCostUsd: flags.maxCost }),
    ...(missing !== undefined && { missing }),
  };
}

function append(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

function positiveInteger(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new InvalidArgumentError('It takes a whole number from 1.');
  return Number(value);
}

function dollars(value: string): number {
  if (!/^(\d+\.?\d*|\.\d+)$/.test(value)) {
    throw new InvalidArgumentError('It takes an amount in US dollars, such as 0 or 2.50.');
  }
  return Number(value);
}
