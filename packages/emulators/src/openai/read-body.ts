import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { invalidRequest } from './api-error.ts';
import { parseMultipart } from './parse-multipart.ts';

export interface ReceivedFile {
  /** The field: `image`, `image[]`, `mask`, … */
  readonly name: string;
  readonly fileName: string | null;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** A file without its bytes, for the logs. */
export interface FileNote {
  readonly name: string;
  readonly fileName: string | null;
  readonly contentType: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The parts of a body, none of which is checked yet. */
export interface ReceivedBody {
  readonly encoding: 'json' | 'multipart';
  /** JSON: the values; multipart: the text fields as strings. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Multipart only. */
  readonly files: readonly ReceivedFile[];
}

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Throws the API's 400 for a body that is neither JSON nor multipart, or not well-formed. */
export function parseBody(
  bytes: Buffer,
  contentType: string,
  accepted: readonly ('json' | 'multipart')[],
): ReceivedBody {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json' && accepted.includes('json')) return parseJson(bytes);
  if (type === 'multipart/form-data' && accepted.includes('multipart')) {
    return parseForm(bytes, contentType);
  }
  throw invalidRequest(
    'unsupported_content_type',
    null,
    `Unsupported content type: '${contentType}'. Please try again with a supported content type.`,
  );
}

export function describeFile(file: ReceivedFile): FileNote {
  const { name, fileName, contentType, bytes } = file;
  return { name, fileName, contentType, sha256: sha256(bytes), bytes: bytes.length };
}

/** JSON as it was sent; or a form's text fields and, under `files`, descriptions of its files. */
export function loggedBody(body: ReceivedBody): unknown {
  if (body.encoding === 'json') return body.fields;
  return { ...body.fields, files: body.files.map(describeFile) };
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function parseJson(bytes: Buffer): ReceivedBody {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isRecord(value)) return { encoding: 'json', fields: value, files: [] };
  } catch {
    // Answered below, like JSON that is not an object.
  }
  throw invalidRequest(
    null,
    null,
    'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)',
  );
}

function parseForm(bytes: Buffer, contentType: string): ReceivedBody {
  const fields: Record<string, string> = {};
  const files: ReceivedFile[] = [];
  for (const part of partsOf(bytes, contentType)) {
    if (part.fileName !== null) files.push(part);
    else if (Object.hasOwn(fields, part.name)) throw duplicate(part.name);
    else fields[part.name] = part.bytes.toString('utf8');
  }
  for (const name of ['image', 'mask', 'markup']) {
    if (files.filter((file) => file.name === name).length > 1) throw duplicate(name);
  }
  return { encoding: 'multipart', fields, files };
}

function partsOf(bytes: Buffer, contentType: string): ReturnType<typeof parseMultipart> {
  try {
    return parseMultipart(bytes, contentType);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidRequest(null, null, `Could not parse multipart form. ${reason}`);
  }
}

function duplicate(name: string): Error {
  return invalidRequest(
    'duplicate_parameter',
    name,
    `Duplicate parameter: '${name}'. You provided multiple values for this parameter, whereas only one is allowed. If you are trying to provide a list of values, use the array syntax instead e.g. '${name}[]=<value>'.`,
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
