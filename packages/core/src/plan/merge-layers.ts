import { type FieldName, fieldNames, type Fields } from '../fields.ts';
import type { FieldPath, ImageEntry, Manifest } from '../types.ts';
import { type Findings, maxShown } from './findings.ts';

/** One place that sets fields. From nearest to farthest: the image, its presets from the last, the file, the config. */
export interface Layer {
  readonly fields: Fields;
  /** `null` for the config, which has no place in a manifest. */
  readonly path: FieldPath | null;
}

export interface Merged {
  readonly layers: readonly Layer[];
  /** Without the prompt, which is wrapped rather than merged. */
  readonly merged: Fields;
  /** The layer that decided a field. */
  readonly sources: ReadonlyMap<FieldName, Layer>;
  /** A field that is present but `undefined` is invalid and was reported already. */
  readonly wrong: ReadonlySet<FieldName | 'pick'>;
}

/** The layers of an entry. If a preset does not exist, each of its fields counts as wrong, because it could have set any field. */
export function layersOf(
  manifest: Manifest,
  entry: ImageEntry,
  defaults: Fields,
  found: Findings,
): readonly Layer[] {
  const at: FieldPath = ['images', entry.id];
  const presets = entry.presets.map((name, index): Layer => {
    const fields = manifest.presets.get(name);
    if (fields !== undefined) return { fields, path: ['presets', name] };
    const message = `there is no preset "${name.slice(0, maxShown)}"${found.suggest(name, manifest.presets.keys())}`;
    found.add(manifest.diagnose([...at, 'preset', index], { code: 'unknown-preset', message }));
    return { fields: allWrong, path: null };
  });
  if (entry.broken.includes('preset')) presets.push({ fields: allWrong, path: null });
  const config = Object.entries(defaults).filter(([, value]) => value !== undefined);
  return [
    { fields: entry.fields, path: at },
    ...presets.toReversed(),
    { fields: manifest.defaults, path: ['defaults'] },
    { fields: Object.fromEntries(config), path: null },
  ];
}

const allWrong: Fields = Object.fromEntries(fieldNames.map((name) => [name, undefined]));

/** The nearest layer that has a field decides. */
export function mergeLayers(layers: readonly Layer[], broken: ImageEntry['broken']): Merged {
  const merged: Record<string, unknown> = {};
  const sources = new Map<FieldName, Layer>();
  const wrong = new Set<FieldName | 'pick'>(broken.includes('pick') ? ['pick'] : []);
  for (const layer of layers) {
    const nearer: Nearer = { fields: { ...merged }, wrong: new Set(wrong) };
    for (const [key, value] of Object.entries(layer.fields)) {
      const name = key as FieldName;
      const isDecided = sources.has(name) || alternatives[name]?.(nearer);
      if (name === 'prompt' || isDecided) continue;
      sources.set(name, layer);
      if (value === undefined) wrong.add(name);
      else merged[name] = value;
    }
  }
  return { layers, merged, sources, wrong };
}

interface Nearer {
  readonly fields: Fields;
  readonly wrong: ReadonlySet<string>;
}

/** Whether a nearer layer sets the same thing with another field. */
const alternatives: Readonly<Partial<Record<FieldName, (nearer: Nearer) => boolean>>> = {
  size: ({ fields, wrong }) => fields.aspect_ratio !== undefined || wrong.has('aspect_ratio'),
  aspect_ratio: ({ fields, wrong }) => fields.size !== undefined || wrong.has('size'),
  alt: ({ fields, wrong }) => fields.decorative === true || wrong.has('decorative'),
  decorative: ({ fields, wrong }) => fields.alt !== undefined || wrong.has('alt'),
};
