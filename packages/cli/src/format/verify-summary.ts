import { count, fileSize, type VerifyResult } from '@tintype/core';

/** What `verify` has hashed, and how much of it is wrong, in a sentence or two. */
export function verifySummary({
  findings,
  errors,
  records,
  originals,
  unchecked,
  variants,
}: VerifyResult): string {
  const checked = [
    count(records, 'record'),
    `${count(originals.files, 'original')} (${fileSize(originals.bytes)})`,
    `${count(variants.files, 'cached file')} (${fileSize(variants.bytes)})`,
  ].join(', ');
  const notes = findings.length - errors;
  const found = errors === 0 ? 'nothing is wrong' : `${errors} wrong, see above`;
  const rest =
    unchecked > 0
      ? ` ${count(unchecked, 'original')} in the remote not checked; tintype verify --remote fetches and checks all.`
      : '';
  return `${checked}: ${found}${notes > 0 ? `, ${count(notes, 'note')}` : ''}.${rest}`;
}
