import { readFileSync } from 'node:fs';

/** A JSON document that programs read, and its type in `document-types.ts`. */
export interface JsonDocument {
  readonly type: string;
  readonly file: string;
  readonly title: string;
  readonly what: string;
}

export const documents: readonly JsonDocument[] = [
  {
    type: 'EventLine',
    file: 'events.json',
    title: 'Events',
    what: 'One line of `--reporter json`, which prints a line for everything that happens.',
  },
  {
    type: 'PlanDocument',
    file: 'plan.json',
    title: 'Plan',
    what: 'The output of `tintype plan --json`.',
  },
  {
    type: 'CostsDocument',
    file: 'costs.json',
    title: 'Costs',
    what: 'The output of `tintype costs --json`.',
  },
  {
    type: 'ModelsDocument',
    file: 'models.json',
    title: 'Models',
    what: 'The output of `tintype models --json`.',
  },
  {
    type: 'ReportDocument',
    file: 'report.json',
    title: 'Report',
    what: 'The output of `tintype report --json`.',
  },
  {
    type: 'DoctorDocument',
    file: 'doctor.json',
    title: 'Doctor',
    what: 'The output of `tintype doctor --json`.',
  },
  {
    type: 'ExplainDocument',
    file: 'explain.json',
    title: 'Codes',
    what: 'The output of `tintype explain --json`.',
  },
  {
    type: 'ImportDocument',
    file: 'import.json',
    title: 'Import',
    what: 'The output of `tintype import --json`.',
  },
  {
    type: 'ExportDocument',
    file: 'export.json',
    title: 'Export',
    what: 'The output of `tintype export --json`.',
  },
  {
    type: 'QueueDocument',
    file: 'queue.json',
    title: 'Queue',
    what: 'The output of `tintype queue status --json`, and of `pause`, `resume` and `drain`.',
  },
  {
    type: 'WorkerLine',
    file: 'worker.json',
    title: 'Worker',
    what: 'A line of `tintype worker --reporter json` about the worker and its jobs. Lines about warnings are events.',
  },
  {
    type: 'Readiness',
    file: 'readiness.json',
    title: 'Readiness of a worker',
    what: 'The answer of `/readyz` of a worker.',
  },
  {
    type: 'AssetsDocument',
    file: 'assets.json',
    title: 'Asset map',
    what: '`tintype.assets.json` in the output folder.',
  },
];

/** The folder of the schemas that ship. */
export const schemaFolder: URL = new URL('../../packages/cli/schema/', import.meta.url);

/** A part of a JSON Schema. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly title?: string;
}

/** A member of a document, by its path: `images[].costUsd.low`. */
interface DocumentMember {
  readonly path: string;
  readonly type: string;
}

/** The documents with their members, as the schemas on the disk say. */
export function documentsOf(): readonly (JsonDocument & {
  readonly members: readonly DocumentMember[];
})[] {
  return documents.map((document) => {
    const text = readFileSync(new URL(document.file, schemaFolder), 'utf8');
    const members = [...unique(membersOf(JSON.parse(text) as Schema, ''))];
    return { ...document, members };
  });
}

function unique(members: readonly DocumentMember[]): Iterable<DocumentMember> {
  return new Map(members.map((member) => [`${member.path} ${member.type}`, member])).values();
}

function membersOf(schema: Schema, path: string): DocumentMember[] {
  // Each event is shown by its type, because the same member means different things in two events.
  const kinds = schema.anyOf ?? [schema];
  return kinds.flatMap((kind): DocumentMember[] => {
    const name = kind.properties?.['type']?.const;
    const at = path === '' && typeof name === 'string' ? `${name}: ` : path;
    const own = Object.entries(kind.properties ?? {})
      .filter(([member]) => !(at.endsWith(': ') && member === 'type'))
      .flatMap(([member, value]): DocumentMember[] => {
        const isOptional = !(kind.required ?? []).includes(member);
        const separator = at === '' || at.endsWith(': ') ? '' : '.';
        const whole = `${at}${separator}${member}`;
        const type = typeOf(value) + (isOptional ? ', optional' : '');
        return [{ path: whole, type }, ...membersOf(value, whole)];
      });
    const { additionalProperties: others } = kind;
    const named = typeof others === 'object' ? membersOf(others, `${at}.<name>`) : [];
    const items = kind.items === undefined ? [] : membersOf(kind.items, `${at}[]`);
    return [...own, ...named, ...items];
  });
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    const words = schema.enum.map((one) => JSON.stringify(one));
    return words.length > 12 ? 'a code' : words.join(' | ');
  }
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' | ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  return Array.isArray(schema.type) ? schema.type.join(' | ') : String(schema.type ?? 'any');
}
