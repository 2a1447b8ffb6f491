import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { Fields } from '../fields.ts';
import { redact } from '../redact.ts';
import type { Diagnostic, FieldPath, Finding, ImageEntry, Manifest } from '../types.ts';
import { explainIssues, type Located } from './explain-issue.ts';
import {
  fieldNames,
  fieldsSchema,
  imageSchema,
  type ImageFields,
  imageFieldNames,
} from './manifest-schema.ts';
import {
  diagnoseFile,
  diagnoseText,
  placeOf,
  sourceText,
  type TextRange,
  wordAt,
} from './source-text.ts';
import { readText } from './read-text.ts';
import { didYouMean } from '../did-you-mean.ts';

/** An image entry whose rows may still be the path of a file. */
export interface ParsedEntry extends Omit<ImageEntry, 'rows'> {
  readonly each: ImageFields['each'] | null;
}

export interface ParsedManifest extends Omit<Manifest, 'images'> {
  readonly images: readonly ParsedEntry[];
}

/** What a file says as far as it can be read, and everything that is wrong with it. */
export interface Parsed {
  readonly manifest: ParsedManifest | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Parses one manifest: YAML 1.2, UTF-8, one document. Pure; never throws on any bytes.
 * `file` is what diagnostics call it, relative to the project's root.
 */
export function parseManifest(file: string, bytes: Uint8Array): Parsed {
  const text = readText(bytes);
  if (typeof text !== 'string') return { manifest: null, diagnostics: [diagnoseFile(file, text)] };

  const opened = openYaml(text);
  const source = sourceText(file, hideKeys(text, opened.document));
  const syntax = opened.problems.map(({ range, finding }) => diagnoseText(source, range, finding));
  if (opened.document === null) return { manifest: null, diagnostics: syntax };

  const { document } = opened;
  const pointer: Pointer = {
    diagnose: (path, finding, on = 'value') =>
      diagnoseText(source, rangeOf(document, path, on), finding),
    locate: (path, on = 'value') => placeOf(source, rangeOf(document, path, on).start),
    diagnoseAt: (place, finding) => diagnoseText(source, wordAt(source, place), finding),
  };
  const read = readFields(document, opened.value, file, pointer);
  return { manifest: read.manifest, diagnostics: [...syntax, ...read.diagnostics] };
}

type Pointer = Pick<Manifest, 'diagnose' | 'diagnoseAt' | 'locate'>;

interface Opened {
  /** `null` where the text has no usable structure. */
  readonly document: Document.Parsed | null;
  readonly value: unknown;
  readonly problems: readonly { readonly range: TextRange; readonly finding: Finding }[];
}

function openYaml(text: string): Opened {
  const start: TextRange = { start: 0, end: 1 };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { prettyErrors: false, version: '1.2' });
  } catch {
    // The only thing that the parser throws is the end of the stack.
    return nothing(start, 'yaml-syntax', 'this is nested too deeply to be read');
  }
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    range: { start: error.pos[0], end: error.pos[1] },
    finding: {
      code: yamlCodes[error.code] ?? 'yaml-syntax',
      message: firstLine(error.message),
    } as Finding,
  }));
  if (
    problems.some(
      ({ finding }) => finding.code === 'yaml-syntax' || finding.code === 'several-documents',
    )
  ) {
    return { document: null, value: null, problems };
  }
  try {
    return { document, value: document.toJS(), problems };
  } catch {
    return nothing(start, 'too-many-aliases', 'this has more aliases than a manifest can need');
  }
}

const yamlCodes: Readonly<Record<string, Finding['code']>> = {
  DUPLICATE_KEY: 'duplicate-key',
  MULTIPLE_DOCS: 'several-documents',
  TAG_RESOLVE_FAILED: 'custom-tag',
};

function nothing(range: TextRange, code: Finding['code'], message: string): Opened {
  return { document: null, value: null, problems: [{ range, finding: { code, message } }] };
}

function firstLine(message: string): string {
  return redact(message.split('\n', 1)[0]!);
}

/**
 * The text as messages may show it: what stands after an `openai_api_key` and is no reference becomes bullets, as many
 * as it had characters, so that every position stays what it was.
 */
function hideKeys(text: string, document: Document.Parsed | null): string {
  let hidden = text;
  const keyField = /openai_api_key["']?[ \t]*:[ \t]*(?!["']?\$\{)([^\n]+)/g;
  for (const match of text.matchAll(keyField)) {
    const end = match.index + match[0].length;
    hidden = bulletsBetween(hidden, end - match[1]!.length, end);
  }
  const contents = document?.contents ?? null;
  const visit = (node: unknown): void => {
    if (!isMap(node)) return;
    for (const pair of node.items) {
      const isKey = isScalar(pair.key) && pair.key.value === 'openai_api_key';
      if (isKey && isScalar(pair.value) && pair.value.range != null) {
        const isReference = String(pair.value.value).startsWith('${');
        if (!isReference) hidden = bulletsBetween(hidden, pair.value.range[0], pair.value.range[1]);
      }
      visit(pair.value);
    }
  };
  visit(contents);
  return redact(hidden);
}

function bulletsBetween(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, '•') + text.slice(end);
}

/** Everything in the file that is a field, with the fields that are wrong left out. */
function readFields(
  document: Document.Parsed,
  value: unknown,
  file: string,
  pointer: Pointer,
): Parsed {
  const { diagnose, locate } = pointer;
  const diagnostics: Diagnostic[] = [];
  const report = (path: FieldPath, found: readonly Located[]): void => {
    for (const { path: inner, on, finding } of found) {
      diagnostics.push(diagnose([...path, ...inner], finding, on));
    }
  };
  const wrong = (path: FieldPath, code: Finding['code'], message: string, on?: 'key' | 'value') => {
    diagnostics.push(diagnose(path, { code, message }, on));
  };

  if (!isRecord(value)) {
    wrong([], 'wrong-type', 'a manifest is a map with images: in it');
    return { manifest: null, diagnostics };
  }
  for (const name of namesIn(document, [])) {
    if (!sections.includes(name)) {
      wrong(
        [name],
        'unknown-field',
        `there is no field "${name}"${didYouMean(name, sections)}`,
        'key',
      );
    }
  }

  const fieldsAt = (path: FieldPath, fields: unknown): Fields => {
    if (fields === null || fields === undefined) return {};
    const parsed = fieldsSchema.safeParse(fields);
    if (parsed.success) return parsed.data;
    report(path, explainIssues(parsed.error.issues, fields, fieldNames));
    return validPart(fields, parsed.error.issues);
  };

  const presets = new Map<string, Fields>();
  for (const name of sectionNames('presets')) {
    presets.set(name, fieldsAt(['presets', name], member(value['presets'], name)));
  }

  const images: ParsedEntry[] = [];
  for (const id of sectionNames('images')) {
    const path = ['images', id];
    const written = member(value['images'], id) ?? {};
    const parsed = imageSchema.safeParse(written);
    if (!parsed.success) {
      report(path, explainIssues(parsed.error.issues, written, imageFieldNames));
    }
    const { preset, each, pick, ...fields } = parsed.success
      ? parsed.data
      : (validPart(written, parsed.error.issues) as ImageFields);
    images.push({
      id,
      place: locate(path, 'key'),
      fields,
      presets: preset === undefined ? [] : typeof preset === 'string' ? [preset] : preset,
      each: each ?? null,
      pick: pick ?? null,
      isBroken: !parsed.success,
    });
  }

  const defaults = fieldsAt(['defaults'], value['defaults']);
  return { manifest: { file, defaults, presets, images, ...pointer }, diagnostics };

  /** The names in a section, in the order of the file; a section that is no map is a mistake. */
  function sectionNames(section: 'presets' | 'images'): string[] {
    const content = (value as Record<string, unknown>)[section];
    if (content === undefined) {
      if (section === 'images')
        wrong([], 'missing-field', 'images is missing: there is nothing to make');
      return [];
    }
    if (content === null) return [];
    if (!isRecord(content)) {
      wrong([section], 'wrong-type', `${section} must be a map of names`);
      return [];
    }
    return namesIn(document, [section]);
  }
}

const sections: readonly string[] = ['defaults', 'presets', 'images'];

/** The fields without a mistake: enough to go on looking for others. */
function validPart(
  fields: unknown,
  issues: readonly {
    readonly path: readonly PropertyKey[];
    readonly code: string;
    readonly keys?: readonly string[];
  }[],
): Fields {
  if (!isRecord(fields)) return {};
  const bad = new Set(
    issues.flatMap(({ path: [name], keys }) =>
      name === undefined ? (keys ?? []) : [String(name)],
    ),
  );
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !bad.has(name)));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The keys of the map at a path, in the order of the file. */
function namesIn(document: Document.Parsed, path: FieldPath): string[] {
  let node = resolveAlias(document, document.contents);
  for (const part of path) {
    node = resolveAlias(document, isMap(node) ? (pairOf(node, part)?.value as Node | null) : null);
  }
  return isMap(node) ? [...new Set(node.items.map((pair) => nameOf(pair)))] : [];
}

function nameOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

const pairsByName = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** A map's pair of a name; maps of thousands of images are asked thousands of times. */
function pairOf(node: Node | null, name: string | number): Pair | null {
  if (!isMap(node)) return null;
  let pairs = pairsByName.get(node);
  if (pairs === undefined) {
    pairs = new Map(node.items.toReversed().map((pair) => [nameOf(pair), pair]));
    pairsByName.set(node, pairs);
  }
  return pairs.get(String(name)) ?? null;
}

function resolveAlias(document: Document.Parsed, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

/** Where the value at a path stands, or its key; an alias stands where it is used. */
function rangeOf(document: Document.Parsed, path: FieldPath, on: 'key' | 'value'): TextRange {
  let node: Node | null = document.contents;
  let range = nodeRange(node) ?? { start: 0, end: 1 };
  for (const [index, part] of path.entries()) {
    const parent: Node | null = resolveAlias(document, node);
    const pair = pairOf(parent, part);
    const isLast = index === path.length - 1;
    if (pair !== null) {
      const keyRange = nodeRange(pair.key as Node);
      node = pair.value as Node | null;
      range = (isLast && on === 'key' ? keyRange : (nodeRange(node) ?? keyRange)) ?? range;
      // What is missing in a map, or the map itself, is said where the map has its name.
      if (isMap(node) && keyRange !== null) range = keyRange;
    } else {
      const items: unknown = parent !== null && 'items' in parent ? parent.items : null;
      const item: unknown =
        Array.isArray(items) && typeof part === 'number' ? items[part] : undefined;
      if (item === undefined || isPair(item)) break;
      node = item as Node;
      range = nodeRange(node) ?? range;
    }
  }
  return range;
}

function nodeRange(node: Node | null): TextRange | null {
  return node?.range == null ? null : { start: node.range[0], end: node.range[1] };
}
