import { type PlannedRequest, toBuy } from '@tintype/core';
import type { EditedFile, ProposedEdit } from '@tintype/core/internal';
import { structuredPatch } from 'diff';
import { byImage, priceOf, totalOf } from './price-of.ts';
import type { EditProposal, FileDiff } from './sheet.ts';

/** A proposed change as a page shows it: its diff, its mistakes and its price. */
export function editProposal(
  id: string,
  { files, diagnostics, planBefore, planAfter }: ProposedEdit,
): EditProposal {
  const job = planAfter.jobs.find((one) => one.id === id);
  const isToBuy = new Set(toBuy(planBefore.requests).map(nameOf));
  const more = toBuy(planAfter.requests).filter((row) => !isToBuy.has(nameOf(row)));
  return {
    files: files.map(fileDiff),
    diagnostics,
    price: job === undefined ? null : priceOf([job], planAfter.jobs, byImage(planAfter.requests)),
    buysMore:
      more.length === 0
        ? null
        : {
            pictures: more.length,
            images: [...new Set(more.map((row) => row.id))],
            costUsd: totalOf(more),
          },
  };
}

/** A picture that has no key yet is known by its image. */
function nameOf({ id, number, key }: PlannedRequest): string {
  return key ?? `${id}@${number}`;
}

export function fileDiff({ file, before, after }: EditedFile): FileDiff {
  if (before === null || after === null) {
    const line = after === null ? '- (this file is removed)' : '+ (a new file)';
    return { file, hunks: [{ line: 1, lines: [line] }] };
  }
  const { hunks } = structuredPatch(file, file, before.toString(), after.toString(), '', '', {
    context: contextLines,
  });
  return { file, hunks: hunks.map(({ newStart, lines }) => ({ line: newStart, lines })) };
}

const contextLines = 2;
