import type { VerifyResult } from '@tintype/core';
import { EXIT } from '../exit-codes.ts';
import type { PlaceFlags } from '../flags.ts';
import { count, fileSize } from '../format/amounts.ts';
import { withRun } from '../run.ts';
import type { Shell } from '../shell.ts';
import { say } from '../format/wrap.ts';

/** Hashes everything that is kept. The reporter prints each finding at once. */
export async function verifyCommand(shell: Shell, flags: PlaceFlags): Promise<number> {
  const result = await withRun(shell, flags, (core, context) => core.verifyProject(context));
  if (!flags.quiet && flags.reporter !== 'json') say(shell.stdout, `${verdict(result)}\n`);
  return result.errors > 0 ? EXIT.someFailed : EXIT.delivered;
}

function verdict({ findings, errors, records, originals, variants }: VerifyResult): string {
  const checked = [
    count(records, 'record'),
    `${count(originals.files, 'original')} (${fileSize(originals.bytes)})`,
    `${count(variants.files, 'cached variant')} (${fileSize(variants.bytes)})`,
  ].join(', ');
  const notes = findings.length - errors;
  const found = errors === 0 ? 'nothing is wrong' : `${errors} wrong, see above`;
  return `${checked}: ${found}${notes > 0 ? `, ${count(notes, 'note')}` : ''}.`;
}
