import type { EditableLayer, FieldChange, FieldValue } from '@tintype/core/types';

/** A crop of an image that can be made by hand. */
export interface CropTarget {
  readonly label: string;
  /** As it is written; `undefined`: it is not cropped. */
  readonly crop: FieldValue | undefined;
  /** As they are written; `null`: they follow from the crop. */
  readonly widths: readonly number[] | null;
  /** `full`: how wide the crop is, in pixels. Widths that are wider than that are left out, because nothing is enlarged. */
  readonly changesTo: (crop: FieldValue, full: number) => FieldChange[];
}

type Source = Readonly<Record<string, FieldValue>> & { readonly media: string };

/** Where a phone gets a crop of its own. */
const phone = '(max-width: 600px)';

/** The crop of an image, those of its `sources`, and a new one for phones if they have none. */
export function cropTargets(layers: readonly EditableLayer[]): CropTarget[] {
  const written = (field: string) =>
    layers.find(({ name, fields }) => name !== 'row' && field in fields)?.fields[field];
  const sources = (written('sources') ?? []) as readonly Source[];
  const change = (field: string, value: FieldValue) => ({ layer: 'image', field, value });

  const ofImage = (): CropTarget => {
    const widths = listOf(written('widths'));
    return {
      label: 'The image',
      crop: written('crop'),
      widths,
      changesTo(crop, full) {
        const fitting = widths?.filter((width) => width <= full);
        return [
          change('crop', crop),
          ...(fitting === undefined || fitting.length === widths!.length
            ? []
            : [change('widths', fitting.length === 0 ? 'auto' : fitting)]),
        ];
      },
    };
  };
  const ofSource = (source: Source, at: number, label: string): CropTarget => {
    const own = listOf(source['widths']);
    return {
      label,
      crop: source['crop'],
      widths: own ?? listOf(written('widths')),
      changesTo(crop, full) {
        const { widths: _, ...others } = source;
        const fitting = own?.filter((width) => width <= full) ?? [];
        const kept = own === null ? source : others;
        const next = { ...kept, crop, ...(fitting.length > 0 && { widths: fitting }) };
        return [change('sources', [...sources.slice(0, at), next, ...sources.slice(at + 1)])];
      },
    };
  };
  return [
    ofImage(),
    ...sources.flatMap((source, at) =>
      'image' in source ? [] : [ofSource(source, at, `Where ${source.media}`)],
    ),
    ...(sources.some(({ media }) => media === phone)
      ? []
      : [ofSource({ media: phone }, sources.length, `New: on phones, ${phone}`)]),
  ];
}

function listOf(widths: FieldValue | undefined): readonly number[] | null {
  return Array.isArray(widths) ? widths.map(Number) : null;
}
