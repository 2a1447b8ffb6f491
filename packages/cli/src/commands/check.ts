import type { CheckResult } from '@tintype/core';
import { EXIT } from '../exit-codes.ts';
import type { ProjectFlags } from '../flags.ts';
import { count } from '../format/amounts.ts';
import { withRun } from '../run.ts';
import type { Shell } from '../shell.ts';
import { say } from '../format/wrap.ts';

export interface CheckFlags extends ProjectFlags {
  readonly online?: boolean;
}

/** Validates manifests, models and input files. */
export async function checkCommand(shell: Shell, flags: CheckFlags): Promise<number> {
  const options = { isOnline: flags.online === true };
  const result = await withRun(shell, flags, (core, context) =>
    core.checkProject(context, options),
  );
  if (!flags.quiet && flags.reporter !== 'json') say(shell.stdout, `${verdict(result)}\n`);
  return result.errors > 0 ? EXIT.wrongInput : EXIT.delivered;
}

function verdict({ manifests, images, errors, warnings }: CheckResult): string {
  const more = warnings > 0 ? `, ${count(warnings, 'warning')}` : '';
  // Images that a mistake hides are not counted.
  if (errors > 0) return `${count(errors, 'mistake')}${more}.`;
  return `${count(images, 'image')} in ${count(manifests, 'manifest')}: no mistakes${more}.`;
}
