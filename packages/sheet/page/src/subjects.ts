import type { SheetImage, SheetPicture, Variant } from '../../src/sheet.ts';
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
  const subject = (
    { hash, width, height }: SheetPicture,
    own: Pick<Subject, 'label' | 'group' | 'bytes'> & Partial<Subject>,
  ): Subject => ({ image, hash, width, height, format: null, key: null, candidate: null, ...own });

  const formats = isLive ? [...new Set(image.variants.map(({ format }) => format))] : [];
  const candidates = image.candidates.flatMap(({ number, picture, format, bytes }) => {
    if (picture === null) return [];
    const group = candidateName(image, number);
    const label = bytes === null ? `${group}: drawing` : `${group}: original ${format ?? ''}`;
    return [
      subject(picture, { label, group, bytes, candidate: number }),
      ...formats.map((name) => {
        const size = { ...picture, ...sizeOf(widestOf(image.variants, name)) };
        return subject(size, { label: `${group}: ${name}`, group, bytes: null, format: name });
      }),
    ];
  });
  const delivered = image.deliveries.flatMap(({ name, picture, files }) => {
    if (picture === null) return [];
    const file = files.find(({ width }) => width === picture.width);
    const label = `delivered: ${file?.file ?? name}`;
    return [subject(picture, { label, group: 'delivered', bytes: file?.bytes ?? null })];
  });
  const earlier = [...image.past, ...(image.change?.before ?? [])];
  const past = [...new Map(earlier.map((one) => [one.key, one])).values()].flatMap(
    ({ key, picture, bytes, createdAt }) =>
      picture === null
        ? []
        : [subject(picture, { label: moment(createdAt), group: 'history', bytes, key })],
  );
  return [...candidates, ...delivered, ...past];
}

function sizeOf(variant: Variant | undefined): Partial<Pick<Variant, 'width' | 'height'>> {
  return variant === undefined ? {} : { width: variant.width, height: variant.height };
}

function widestOf(variants: readonly Variant[], format: string): Variant | undefined {
  return variants
    .filter((variant) => variant.format === format)
    .toSorted((a, b) => b.width - a.width)[0];
}

export function candidateName({ candidates }: SheetImage, number: number): string {
  return candidates.length === 1 ? 'picture' : `candidate ${number}`;
}
