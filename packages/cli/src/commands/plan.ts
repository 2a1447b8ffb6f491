import { staleHint } from '@tintype/core';
import { EXIT } from '../exit-codes.ts';
import type { RunFlags } from '../flags.ts';
import { safeJson } from '../format/clean.ts';
import { colorsFor } from '../format/colors.ts';
import { planDocument } from '../format/plan-document.ts';
import { planTable } from '../format/plan-table.ts';
import { withRun } from '../run.ts';
import type { Shell } from '../shell.ts';
import { widthOf } from '../format/wrap.ts';

export interface PlanFlags extends RunFlags {
  readonly json?: boolean;
}

/** Prints what `generate` would do and cost. With `--json` it prints one document on stdout, and reporters print on stderr. */
export async function planCommand(
  shell: Shell,
  ids: readonly string[],
  flags: PlanFlags,
): Promise<number> {
  const { stdout, stderr } = shell;
  const { plan, toBuy, config, uncommitted } = await withRun(
    shell,
    flags,
    async (core, context) => {
      const plan = await core.planProject(context, ids);
      const uncommitted = flags.json ? null : await core.uncommittedPurchases(context);
      return { plan, toBuy: core.toBuy(plan.rows), config: context.config, uncommitted };
    },
    flags.json ? stderr : stdout,
  );
  if (flags.json) {
    stdout.write(`${safeJson(planDocument(plan), 2)}\n`);
  } else if (flags.reporter !== 'json') {
    stdout.write(
      planTable(plan, {
        colors: colorsFor(stdout, shell.env),
        maxCostUsd: config.maxCostUsd,
        toBuy,
        width: widthOf(stdout),
      }),
    );
    const folders = { cwd: shell.cwd, storeDir: config.storeDir };
    const hint = uncommitted === null ? null : staleHint(uncommitted, folders, shell.now());
    if (hint !== null) stdout.write(hint);
  }
  return EXIT.delivered;
}
