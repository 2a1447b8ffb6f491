import { didYouMean } from '../did-you-mean.ts';
import { fieldNames, type Fields } from '../fields.ts';
import { isMap } from '../plain-checks.ts';
import type { Diagnostic, FieldPath, Finding, ImageEntry, Manifest } from '../types.ts';
import { explainIssues, type Located, quote, show } from './explain-issue.ts';
import { fieldsSchema, imageSchema, type ImageFields, imageFieldNames } from './manifest-schema.ts';
import { openYaml, type YamlTree } from './open-yaml.ts';
import { readText } from './read-text.ts';
import { diagnoseFile, diagnoseText, placeOf, sourceText, wordAt } from './source-text.ts';

/** An image entry whose rows may still be the path of a file. */
export interface ParsedEntry extends Omit<ImageEntry, 'rows'> {
  readonly each: ImageFields['each'] | null;
}

export interface ParsedManifest extends Omit<Manifest, 'images'> {
  readonly images: readonly ParsedEntry[];
}

/** The readable part of a file, and all of its mistakes. */
export interface ParsedFile {
  readonly manifest: ParsedManifest | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Parses one manifest: YAML 1.2, UTF-8, one document. Pure; never throws on any bytes.
 * `file` is what diagnostics call it, relative to the project's root.
 */
export function parseManifest(file: string, bytes: Uint8Array): ParsedFile {
  const text = readText(bytes);
  if (typeof text !== 'string') return { manifest: null, diagnostics: [diagnoseFile(file, text)] };

  const { tree, problems, shownText } = openYaml(text);
  const source = sourceText(file, shownText);
  const found = problems.map(({ range, finding }) => diagnoseText(source, range, finding));
  if (tree === null) return { manifest: null, diagnostics: found };

  const pointer: Pointer = {
    diagnose: (path, finding, on = 'value') =>
      diagnoseText(source, tree.rangeOf(path, on), finding),
    locate: (path, on = 'value') => placeOf(source, tree.rangeOf(path, on).start),
    diagnoseAt: (place, finding) => diagnoseText(source, wordAt(source, place), finding),
  };
  const read = readFields(tree, file, pointer);
  return { manifest: read.manifest, diagnostics: [...found, ...read.diagnostics] };
}

type Pointer = Pick<Manifest, 'diagnose' | 'diagnoseAt' | 'locate'>;

/** Checks all fields of the file. An invalid field becomes `undefined`. */
function readFields({ value, namesIn }: YamlTree, file: string, pointer: Pointer): ParsedFile {
  const diagnostics: Diagnostic[] = [];
  const add = (path: FieldPath, code: Finding['code'], message: string, on?: 'key') => {
    diagnostics.push(pointer.diagnose(path, { code, message }, on));
  };
  const report = (path: FieldPath, found: readonly Located[]): void => {
    for (const { path: inner, on, finding } of found) {
      diagnostics.push(pointer.diagnose([...path, ...inner], finding, on));
    }
  };

  if (!isMap(value)) {
    add(
      [],
      'wrong-type',
      'this is not a manifest; write images: and one entry for each image below it',
    );
    return { manifest: null, diagnostics };
  }
  for (const name of namesIn([])) {
    if (sections.includes(name)) continue;
    if (name === '$schema') {
      if (typeof value[name] !== 'string')
        add([name], 'wrong-type', `$schema must be a path or an address, not ${show(value[name])}`);
      continue;
    }
    const near = didYouMean(name, sections) || '; images go below images:';
    const message = `there is no field ${quote(name)}${near}`;
    add([name], 'unknown-field', message, 'key');
  }

  /** A section's names and contents, in the order of the file. */
  const entriesOf = (section: 'presets' | 'images'): [string, unknown][] => {
    const content = value[section] ?? {};
    if (isMap(content)) return namesIn([section]).map((name) => [name, content[name]]);
    add([section], 'wrong-type', `${section} must be a map of names, not ${show(content)}`);
    return [];
  };
  const fieldsAt = (path: FieldPath, written: unknown): Fields => {
    const parsed = fieldsSchema.safeParse(written ?? {});
    if (parsed.success) return parsed.data;
    report(path, explainIssues(parsed.error.issues, written, fieldNames));
    return validFields(written, parsed.error.issues, fieldNames);
  };

  const presets = new Map(
    entriesOf('presets').map(([name, written]) => [name, fieldsAt(['presets', name], written)]),
  );

  if (!Object.hasOwn(value, 'images')) {
    add([], 'missing-field', 'images: is missing, so there is nothing to make');
  }
  const images = entriesOf('images').map(([id, written]): ParsedEntry => {
    const path = ['images', id];
    const parsed = imageSchema.safeParse(written ?? {});
    if (!parsed.success) report(path, explainIssues(parsed.error.issues, written, imageFieldNames));
    const { preset, each, pick, ...fields }: ImageFields = parsed.success
      ? parsed.data
      : validFields(written, parsed.error.issues, imageFieldNames);
    return {
      id,
      place: pointer.locate(path, 'key'),
      fields,
      presets: preset === undefined ? [] : typeof preset === 'string' ? [preset] : preset,
      each: each ?? null,
      pick: pick ?? null,
      broken: parsed.success ? [] : brokenParts(written, parsed.error.issues),
    };
  });

  const defaults = fieldsAt(['defaults'], value['defaults']);
  return { manifest: { file, defaults, presets, images, ...pointer }, diagnostics };
}

const sections: readonly string[] = ['defaults', 'presets', 'images'];

type Issues = readonly { readonly path: readonly PropertyKey[]; readonly code: string }[];

/** The fields, with `undefined` for each that is invalid. If the value is not a map, all possible fields are `undefined`. */
function validFields(written: unknown, issues: Issues, names: readonly string[]): ImageFields {
  const entries = isMap(written) ? Object.entries(written) : [];
  const wrong = isMap(written) ? issues.flatMap(({ path: [name] }) => name ?? []) : names;
  return Object.fromEntries([
    ...entries.filter(([name]) => names.includes(name)),
    ...wrong.map((name) => [name, undefined]),
  ]);
}

function brokenParts(written: unknown, issues: Issues): ImageEntry['broken'] {
  const parts = ['preset', 'each', 'pick'] as const;
  return isMap(written)
    ? parts.filter((part) => issues.some(({ path }) => path[0] === part))
    : parts;
}
