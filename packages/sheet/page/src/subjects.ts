import type { SheetImage, Variant } from '../../src/sheet.ts';
import { moment } from './amounts.ts';

/** A picture to look at: the original, a file that is made from it, or the delivered file. */
export interface Subject {
  readonly image: SheetImage;
  readonly label: string;
  readonly group: string;
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  /** `null`: the original. */
  readonly format: string | null;
  /** Known before the file is loaded. */
  readonly bytes: number | null;
  /** Of a past picture. */
  readonly key: string | null;
  /** Which candidate's original it is; `null`: it is something else. */
  readonly candidate: number | null;
}

/** Everything that can be looked at of an image: its candidates and the files made from them, what is delivered, and its history. */
export function subjectsOf(image: SheetImage, isLive: boolean): Subject[] {
  const candidates = image.candidates.flatMap((candidate): Subject[] => {
    const { number, picture, format, bytes } = candidate;
    if (picture === null) return [];
    const group = candidateName(image, number);
    const { hash, width, height } = picture;
    const original: Subject = {
      image,
      label: bytes === null ? `${group}: drawing` : `${group}: original ${format ?? ''}`,
      group,
      hash,
      width,
      height,
      format: null,
      bytes,
      key: null,
      candidate: number,
    };
    const formats = isLive ? [...new Set(image.variants.map((variant) => variant.format))] : [];
    return [
      original,
      ...formats.map((name): Subject => {
        const widest = widestOf(image.variants, name);
        return {
          ...original,
          label: `${group}: ${name}`,
          width: widest?.width ?? width,
          height: widest?.height ?? height,
          format: name,
          bytes: null,
          candidate: null,
        };
      }),
    ];
  });
  const delivered = image.deliveries.flatMap(({ name, picture, files }): Subject[] => {
    const file = files.find(({ width }) => width === picture?.width);
    if (picture === null) return [];
    const { hash, width, height } = picture;
    const label = `delivered: ${file?.file ?? name}`;
    return [
      {
        image,
        label,
        group: 'delivered',
        hash,
        width,
        height,
        format: null,
        bytes: file?.bytes ?? null,
        key: null,
        candidate: null,
      },
    ];
  });
  const earlier = [...image.past, ...(image.change?.before ?? [])];
  const past = [...new Map(earlier.map((one) => [one.key, one])).values()].flatMap(
    ({ key, picture, bytes, createdAt }): Subject[] => {
      if (picture === null) return [];
      const { hash, width, height } = picture;
      return [
        {
          image,
          label: moment(createdAt),
          group: 'history',
          hash,
          width,
          height,
          format: null,
          bytes,
          key,
          candidate: null,
        },
      ];
    },
  );
  return [...candidates, ...delivered, ...past];
}

function widestOf(variants: readonly Variant[], format: string): Variant | undefined {
  return variants
    .filter((variant) => variant.format === format)
    .toSorted((a, b) => b.width - a.width)[0];
}

export function candidateName({ candidates }: SheetImage, number: number): string {
  return candidates.length === 1 ? 'picture' : `candidate ${number}`;
}

/** Another candidate if there is one; otherwise a file that is made from the first. */
export function otherThan(subjects: readonly Subject[], index: number): number {
  const first = subjects[index];
  const other = subjects.findIndex(
    ({ group, format }) =>
      group !== first?.group && group !== 'delivered' && group !== 'history' && format === null,
  );
  if (other !== -1) return other;
  return Math.min(index + 1, subjects.length - 1);
}
