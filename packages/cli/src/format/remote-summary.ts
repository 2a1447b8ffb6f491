import { count, fileSize, type PruneRemoteResult } from '@tintype/core';

/** What `prune --remote` removed or would remove. */
export function remoteSummary(
  { remote, removed, young }: PruneRemoteResult,
  isDryRun: boolean,
): string {
  const size = (files: PruneRemoteResult['removed']) =>
    `${count(files.length, 'file')} (${fileSize(files.reduce((sum, { bytes }) => sum + bytes, 0))})`;
  const verb = isDryRun ? 'Would remove' : 'Removed';
  const lines = [
    removed.length === 0
      ? `Nothing to prune in ${remote}.`
      : `${verb} ${size(removed)} of ${remote}.`,
    ...(young.length === 0
      ? []
      : [
          `Kept ${size(young)} that nothing needs, because they are too young; --older-than <days> sets the age.`,
        ]),
  ];
  return `${lines.join('\n')}\n`;
}
