import { relative } from 'node:path';
import { commitHint, type Context } from '@tintype/core';
import { EXIT } from '../exit-codes.ts';
import { isTintypeError } from '../explain-error.ts';
import type { GenerateFlags } from '../flags.ts';
import { generateSummary } from '../format/generate-summary.ts';
import { type Core, withRun } from '../run.ts';
import type { Shell } from '../shell.ts';
import { say } from '../format/wrap.ts';

/** Makes missing pictures and writes the outputs. `commands`: command names, which an unknown id may be a misspelling of. */
export async function generateCommand(
  shell: Shell,
  ids: readonly string[],
  flags: GenerateFlags,
  commands: readonly string[],
): Promise<number> {
  const { result, config, uncommitted } = await withRun(shell, flags, async (core, context) => {
    const counted = countingPurchases(context);
    const result = await core.generate(counted.context, ids).catch(async (error: unknown) => {
      if (counted.bought() > 0) await core.warnOfUncommitted(context, shell.cwd);
      throw withMeantCommand(core, error, ids, commands);
    });
    const uncommitted = result.bought > 0 ? await core.uncommittedPurchases(context) : null;
    return { result, config: context.config, uncommitted };
  });
  if (!flags.quiet && flags.reporter !== 'json') {
    const outDir = config.outDir === null ? null : relative(shell.cwd, config.outDir) || '.';
    const storeDir = relative(shell.cwd, config.storeDir) || '.';
    say(shell.stdout, generateSummary(result, { outDir, storeDir }));
    if (uncommitted !== null) {
      shell.stdout.write(commitHint(uncommitted, { cwd: shell.cwd, storeDir: config.storeDir }));
    }
  }
  return result.failed > 0 ? EXIT.someFailed : EXIT.delivered;
}

/** A run that fails has no result but may have bought: for example after an interruption or a used-up budget. */
function countingPurchases(context: Context) {
  let bought = 0;
  const counting: Context = {
    ...context,
    report: (event) => {
      if (event.type === 'generated') bought++;
      context.report(event);
    },
  };
  return { context: counting, bought: () => bought };
}

/** `generate` runs if no command is named, so a misspelt command arrives here as the id of an image. */
function withMeantCommand(
  core: Core,
  error: unknown,
  ids: readonly string[],
  commands: readonly string[],
): unknown {
  if (!isTintypeError(error) || error.code !== 'usage') return error;
  const unknownIds = ids.filter((id) => error.message.includes(id));
  const command = unknownIds.map((id) => core.nearest(id, commands)).find((near) => near !== null);
  if (command === undefined || command === null) return error;
  const hint = `Did you mean the command '${command}'? It comes first: tintype ${command}`;
  return new core.TintypeError(error.code, `${error.message}\n${hint}`, { cause: error });
}
