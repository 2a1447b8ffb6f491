import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { redact } from '../redact.ts';
import type { FieldPath, Finding, TextRange } from '../types.ts';
import { quote } from './explain-issue.ts';
import { explainSyntax } from './explain-syntax.ts';
import { hideKeys, isKeyName, isKeyReference } from './hide-keys.ts';

/** A finding with the range of characters that it is about. */
interface TextFinding {
  readonly range: TextRange;
  readonly finding: Finding;
}

/** A YAML text as plain data, with functions that find the range of a path in the text. */
export interface YamlTree {
  /** Maps are plain objects. An alias is the same object as its target. */
  readonly value: unknown;
  /** The names in the map at a path, in the order of the file. */
  readonly namesIn: (path: FieldPath) => readonly string[];
  /**
   * The range of the value at a path, or of its name (`on: 'key'`). For an alias this is where it is used, and for a map it is
   * the map's name. If the file does not have the whole path, it is the range of the deepest part that exists.
   */
  readonly rangeOf: (path: FieldPath, on: 'key' | 'value') => TextRange;
}

export interface OpenedYaml {
  /** `null` if the text has no usable structure. */
  readonly tree: YamlTree | null;
  readonly problems: readonly TextFinding[];
  /** The text for messages: API keys are replaced with bullets, and all other characters keep their positions. */
  readonly shownText: string;
}

/**
 * Parses YAML 1.2: one document, without tags, with unique names in each map. `isRows`: the text is a data file, whose numbers
 * are kept as written, like those in `each`. Never throws, and takes linear time.
 */
export function openYaml(text: string, { isRows = false } = {}): OpenedYaml {
  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(text, {
      prettyErrors: false,
      version: '1.2',
      resolveKnownTags: false,
      // Ids are kept as written: 007 is not 7. Duplicate names are found below, in linear time.
      stringKeys: true,
      uniqueKeys: false,
    });
  } catch {
    // The parser throws only if the stack overflows.
    return { tree: null, problems: [tooDeep(fileStart)], shownText: hideKeys(text, [], true) };
  }

  const syntax = syntaxProblems(document, text);
  const walk = new Walk(text, isRows);
  const { value } = walk.visit(document.contents, 1);
  const isBroken = syntax.some(({ finding }) => finding.code !== 'custom-tag') || walk.isBroken;
  return {
    tree: isBroken ? null : treeOf(document.contents, value, walk),
    problems: isBroken && syntax.length > 0 ? syntax : [...syntax, ...walk.problems],
    shownText: hideKeys(text, walk.keys, isBroken),
  };
}

const fileStart: TextRange = { start: 0, end: 1 };

/** Manifests are five levels deep. The parser's only own limit is the stack, whose size differs between machines. */
const maxDepth = 50;

/**
 * How many nodes a file may have after every alias is replaced by its target. Only files with aliases are held to this limit.
 */
const maxNodes = 1_000_000;

/** After the first few, syntax errors are only consequences of earlier ones. */
const maxSyntaxProblems = 10;

function syntaxProblems(
  document: ReturnType<typeof parseDocument>,
  text: string,
): readonly TextFinding[] {
  const found = [...document.errors, ...document.warnings];
  if (found.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return [tooDeep(fileStart)];
  const explained = new Set<number>();
  const problems = found.slice(0, maxSyntaxProblems).flatMap((error): TextFinding[] => {
    const { code, message, pos } = error;
    const words = explainSyntax(text, error);
    // The library reports some mistakes several times.
    const line = text.lastIndexOf('\n', (words?.range.start ?? pos[0]) - 1);
    if (explained.has(line)) return [];
    if (words !== null) {
      explained.add(line);
      return [{ range: words.range, finding: { code: 'yaml-syntax', message: words.message } }];
    }
    const range = { start: pos[0], end: pos[1] };
    const [known, plain] = syntaxWords[code] ?? (['yaml-syntax', firstLine(message)] as const);
    return [{ range, finding: { code: known, message: plain } }];
  });
  const { version } = document.directives?.yaml ?? {};
  if (version !== undefined && version !== '1.2') {
    const start = Math.max(0, text.indexOf('%YAML'));
    const message = `this is read as YAML 1.2, not ${version}; remove the line`;
    problems.push({
      range: { start, end: start + 5 },
      finding: { code: 'yaml-syntax', message },
    });
  }
  return problems;
}

const syntaxWords: Readonly<Record<string, readonly [Finding['code'], string]>> = {
  MULTIPLE_DOCS: [
    'several-documents',
    'a manifest is one YAML document; move the second one to a file of its own',
  ],
  TAG_RESOLVE_FAILED: ['custom-tag', 'tags (!) are not allowed; write the value as it is'],
  NON_STRING_KEY: ['yaml-syntax', 'a name must be plain text'],
};

function firstLine(message: string): string {
  return redact(message.split('\n', 1)[0]!);
}

function tooDeep(range: TextRange): TextFinding {
  return {
    range,
    finding: { code: 'yaml-syntax', message: 'this is nested too deeply to be read' },
  };
}

/** A node as plain data, and its number of nodes after every alias is replaced by its target. */
interface Visited {
  readonly value: unknown;
  readonly size: number;
}

/**
 * Walks over a document once, in the order of the text, and collects its data, the targets of its aliases, and its mistakes.
 */
class Walk {
  readonly problems: TextFinding[] = [];
  /** The places of API keys. */
  readonly keys: TextRange[] = [];
  readonly pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
  readonly targets = new Map<Alias, Node>();
  isBroken = false;
  readonly #text: string;
  /** Whether the visited node is inside rows. */
  #isRows: boolean;
  /** `visited` is `null` inside the anchored node itself. */
  readonly #anchors = new Map<string, { node: Node; visited: Visited | null }>();

  constructor(text: string, isRows: boolean) {
    this.#text = text;
    this.#isRows = isRows;
  }

  visit(node: Node | null, depth: number): Visited {
    if (node === null) return nothing;
    if (isAlias(node)) return this.#follow(node);
    const anchored =
      'anchor' in node && node.anchor ? { node, visited: null as Visited | null } : null;
    if (anchored !== null) this.#anchors.set(node.anchor!, anchored);
    const visited = this.#visitValue(node, depth);
    if (anchored !== null) anchored.visited = visited;
    return visited;
  }

  #visitValue(node: Node, depth: number): Visited {
    if (isScalar(node)) return { value: this.#isRows ? asWritten(node) : node.value, size: 1 };
    if (depth > maxDepth) return this.#refuse(tooDeep(rangeOfNode(node)));
    const visited = isMap(node) ? this.#visitMap(node, depth) : this.#visitList(node, depth);
    if (visited.size <= maxNodes || this.targets.size === 0 || this.isBroken) return visited;
    const message = `with its aliases expanded, this has over ${maxNodes.toLocaleString('en')} values`;
    return this.#refuse({
      range: rangeOfNode(node),
      finding: { code: 'too-many-aliases', message },
    });
  }

  #visitMap(map: YAMLMap, depth: number): Visited {
    const pairs = new Map<string, Pair>();
    const value: Record<string, unknown> = {};
    let size = 1;
    for (const pair of map.items) {
      const name = nameOf(pair);
      if (name === '__proto__') {
        const finding = { code: 'unknown-field', message: 'a name cannot be __proto__' } as const;
        this.problems.push({ range: rangeOfNode(pair.key as Node | null), finding });
        continue;
      }
      if (pairs.has(name)) {
        this.problems.push({
          range: rangeOfNode(pair.key as Node | null),
          finding: {
            code: 'duplicate-key',
            message: `${quote(name)} is here twice; rename or remove one of the two`,
          },
        });
      }
      pairs.set(name, pair);
      this.visit(pair.key as Node | null, depth + 1);
      const wereRows = this.#isRows;
      this.#isRows ||= name === 'each';
      const member = this.visit(pair.value as Node | null, depth + 1);
      this.#isRows = wereRows;
      this.#warnOfComment(name, pair.value as Node | null);
      size += member.size;
      value[name] = member.value;
      if (isKeyName(name) && !isKeyReference(member.value)) this.#hide(pair.value as Node | null);
    }
    this.pairs.set(map, pairs);
    return { value, size };
  }

  /**
   * Warns about a comment that cuts an unquoted text short, because a picture that is bought for the cut text is lost money.
   */
  #warnOfComment(name: string, node: Node | null): void {
    if (!isScalar(node) || node.type !== 'PLAIN' || node.range == null) return;
    if (typeof node.value !== 'string' || isKeyName(name)) return;
    const [start, end] = node.range;
    const comment = /^[ \t]+(#[^\r\n]{0,200})/.exec(this.#text.slice(end, end + 400))?.[1];
    // `#` and a blank usually begin a real comment, but in a prompt they get a warning, too.
    if (comment === undefined || !(name === 'prompt' || name === 'alt' || /^#\S/.test(comment)))
      return;
    const whole = `${node.value} ${comment.trimEnd()}`;
    const quoted = /["\\]/.test(whole) ? `'${whole.replaceAll("'", "''")}'` : `"${whole}"`;
    const message = redact(
      `${name} ends before "${comment.trimEnd()}", which is a comment; if it belongs to the text, write ${name}: ${quoted}, otherwise put the text before it in quotes`,
    );
    this.problems.push({
      range: { start, end },
      finding: { severity: 'warning', code: 'cut-by-comment', message },
    });
  }

  #visitList(node: Node, depth: number): Visited {
    const items = isSeq(node) ? (node.items as (Node | null)[]) : [];
    const visited = items.map((item) => this.visit(item, depth + 1));
    return {
      value: visited.map(({ value }) => value),
      size: visited.reduce((sum, { size }) => sum + size, 1),
    };
  }

  #follow(alias: Alias): Visited {
    const anchored = this.#anchors.get(alias.source);
    if (anchored?.visited) {
      this.targets.set(alias, anchored.node);
      return anchored.visited;
    }
    const message =
      anchored === undefined
        ? 'this alias has no anchor before it'
        : 'this alias refers to the value that it is part of';
    return this.#refuse({ range: rangeOfNode(alias), finding: { code: 'yaml-syntax', message } });
  }

  #refuse(problem: TextFinding): Visited {
    this.isBroken = true;
    this.problems.push(problem);
    return nothing;
  }

  #hide(node: Node | null): void {
    if (node !== null) this.keys.push(rangeOfNode(node));
    const target = isAlias(node) ? this.targets.get(node) : undefined;
    if (target !== undefined) this.keys.push(rangeOfNode(target));
  }
}

const nothing: Visited = { value: null, size: 1 };

/** Returns `007`, `1.10` and numbers of twenty digits as text, because a JavaScript number would lose digits. */
function asWritten(node: Scalar): unknown {
  const { value, source } = node;
  const isLossy = Number.isFinite(value) && source !== undefined && String(value) !== source;
  return isLossy ? source : value;
}

function treeOf(root: Node | null, value: unknown, { pairs, targets }: Walk): YamlTree {
  const pairOf = (node: Node | null, name: string | number): Pair | null =>
    isMap(node) ? (pairs.get(node)?.get(String(name)) ?? null) : null;
  const written = (node: Node | null): Node | null =>
    isAlias(node) ? (targets.get(node) ?? null) : node;

  return {
    value,

    namesIn: (path) => {
      let node = written(root);
      for (const part of path) node = written((pairOf(node, part)?.value ?? null) as Node | null);
      return isMap(node) ? [...(pairs.get(node)?.keys() ?? [])] : [];
    },

    rangeOf: (path, on) => {
      let node = root;
      let range = rangeOfNode(node);
      for (const [index, part] of path.entries()) {
        const parent = written(node);
        const pair = pairOf(parent, part);
        if (pair !== null) {
          node = pair.value as Node | null;
          const isAtKey = isMap(node) || (on === 'key' && index === path.length - 1);
          range = rangeOfNode(isAtKey || node === null ? (pair.key as Node) : node);
        } else {
          const item = isSeq(parent) ? parent.items[Number(part)] : undefined;
          if (item === undefined) break;
          node = item as Node | null;
          if (node !== null) range = rangeOfNode(node);
        }
      }
      return range;
    },
  };
}

/** A name that is not text was reported already. It is not printed, because that may take exponential time. */
function nameOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

/** A node without a range counts as being at the start of the file. */
function rangeOfNode(node: Node | null): TextRange {
  return node?.range == null ? fileStart : { start: node.range[0], end: node.range[1] };
}
