import type { SheetImage } from '../../src/sheet.ts';
import { candidateName, type Subject } from './subjects.ts';

/** More would be too small to compare side by side. */
export const comparedAtMost = 6;

/** For each image, the picture that it has now. */
export function oneOfEach(
  images: readonly SheetImage[],
  subjects: readonly Subject[],
): readonly number[] {
  return images
    .map((image) => {
      const own = (subject: Subject) => subject.image === image;
      const now = subjects.findIndex(
        (one) => own(one) && one.candidate === (image.pick ?? one.candidate),
      );
      return now === -1 ? subjects.findIndex(own) : now;
    })
    .filter((index) => index !== -1)
    .slice(0, comparedAtMost);
}

/** The picture to start with; then the past picture that was asked for, or the other candidates. */
export function panesOf(
  image: SheetImage,
  subjects: readonly Subject[],
  { candidate, past }: { readonly candidate: number | null; readonly past?: string | null },
): readonly number[] {
  const name = candidateName(image, candidate ?? image.pick ?? 1);
  const start = Math.max(
    0,
    subjects.findIndex(({ group }) => group === name),
  );
  const asked = subjects.findIndex(({ key }) => key !== null && key === past);
  if (asked !== -1) return [start, asked];
  const others = subjects.flatMap(({ candidate: number }, index) =>
    number === null || index === start ? [] : [index],
  );
  const [other = otherThan(subjects, start)] = others;
  return others.length < 2 ? [start, other] : [start, ...others].slice(0, comparedAtMost);
}

/** Another candidate if there is one; otherwise a file that is made from the first. */
function otherThan(subjects: readonly Subject[], index: number): number {
  const first = subjects[index];
  const other = subjects.findIndex(
    ({ group, format }) =>
      group !== first?.group && group !== 'delivered' && group !== 'history' && format === null,
  );
  if (other !== -1) return other;
  return Math.min(index + 1, subjects.length - 1);
}
