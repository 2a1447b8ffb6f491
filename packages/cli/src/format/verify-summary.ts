import { count, fileSize, type VerifyResult } from '@tintype/core';

/** What `verify` has hashed, and how much of it is wrong, in one line. */
export function verifySummary({
  findings,
  errors,
  records,
  originals,
  variants,
}: VerifyResult): string {
  const checked = [
    count(records, 'record'),
    `${count(originals.files, 'original')} (${fileSize(originals.bytes)})`,
    `${count(variants.files, 'cached variant')} (${fileSize(variants.bytes)})`,
  ].join(', ');
  const notes = findings.length - errors;
  const found = errors === 0 ? 'nothing is wrong' : `${errors} wrong, see above`;
  return `${checked}: ${found}${notes > 0 ? `, ${count(notes, 'note')}` : ''}.`;
}
