import { member, textOf } from '../json.ts';
import { ProviderError } from '../provider.ts';
import { linesOf } from './json-lines.ts';
import { type ImageEvent, type ImagesReply, readImageEvent, readImagesReply } from './reply.ts';

/** What a stream led to. `isBegun`: partial pictures came before it, so the work was billed. */
export type StreamedReply = ImagesReply & { readonly isBegun?: boolean };

/**
 * Reads the body of a 200 to a request for a stream of events (https://html.spec.whatwg.org/multipage/server-sent-events.html). A
 * server that does not stream answers with JSON, as without it. Rejects if the connection breaks before the picture is complete, and
 * with `unknown-outcome` if the stream ends without one.
 */
export async function readImagesStream(
  body: AsyncIterable<Uint8Array>,
  onPartial: (bytes: Uint8Array) => Promise<void>,
): Promise<StreamedReply> {
  const iterator = body[Symbol.asyncIterator]();
  const start = await readStart(iterator);
  const whole = startingWith(start, iterator);
  // The names of fields are data, event, id and retry. A comment begins with a colon.
  return /^\s*[deir:]/.test(start.toString('latin1', 0, 1000))
    ? readEvents(whole, onPartial)
    : readImagesReply(whole);
}

async function readEvents(
  body: AsyncIterable<Uint8Array>,
  onPartial: (bytes: Uint8Array) => Promise<void>,
): Promise<StreamedReply> {
  let broken: { readonly error: unknown } | null = null;
  async function* untilBroken(): AsyncIterable<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      // What came before may be a complete event.
      broken = { error };
    }
  }
  let name = '';
  let partials = 0;
  let data = Buffer.alloc(0);
  for await (const line of linesOf(untilBroken())) {
    const [field, value] = fieldIn(line);
    if (field === 'event') name = value.toString();
    if (field === '') [name, data] = ['', Buffer.alloc(0)];
    if (field !== 'data') continue;
    const json = data.length === 0 ? value : Buffer.concat([data, Buffer.from('\n'), value]);
    // An event is used as soon as its JSON is complete: the line break that ends it may be lost with the connection.
    const event = readImageEvent(json);
    if (event === null) {
      data = Buffer.from(json);
      continue;
    }
    const { picture } = event;
    const type = textOf(member(event.value, 'type')) ?? name;
    if (isPartial(type, event)) {
      if (++partials <= maxPartials && 'bytes' in picture) await onPartial(picture.bytes);
    } else if (type === 'error' || isError(event)) {
      return { problem: 'with an error', reply: errorOf(event), isBegun: partials > 0 };
    } else if ('bytes' in picture) return picture;
    else if ('url' in picture || type.endsWith('.completed')) {
      return { ...picture, reply: Buffer.from(json) };
    }
  }
  if (broken !== null) throw (broken as { readonly error: unknown }).error;
  throw new ProviderError('unknown-outcome', 'the stream of the API ended without its picture');
}

/** More than any request asks for. */
const maxPartials = 10;

function isPartial(type: string, { value }: ImageEvent): boolean {
  return type.endsWith('partial_image') || member(value, 'partial_image_index') !== undefined;
}

function isError({ value, picture }: ImageEvent): boolean {
  const error = member(value, 'error');
  return 'problem' in picture && error !== undefined && error !== null;
}

/** In the form of other errors. The error may be the event itself. */
function errorOf({ value }: ImageEvent): Buffer {
  return Buffer.from(JSON.stringify({ error: member(value, 'error') ?? value }));
}

/** The name and value of a line. A comment has no name, and neither has the empty line that ends an event. */
function fieldIn(line: Buffer): readonly [string, Buffer] {
  const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
  const colon = line.subarray(0, 10).indexOf(':');
  if (colon < 0) return [line.toString('latin1', 0, Math.min(end, 10)), Buffer.alloc(0)];
  if (colon === 0) return [':', Buffer.alloc(0)];
  const from = line[colon + 1] === space ? colon + 2 : colon + 1;
  return [line.toString('latin1', 0, colon), line.subarray(from, end)];
}

const carriageReturn = 13;
const space = 32;

/** The beginning of a body, up to its first character that is no white space. */
async function readStart(iterator: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    start = Buffer.concat([start, next.value]);
    if (start.length > 1000 || /\S/.test(start.toString('latin1'))) break;
  }
  return start;
}

async function* startingWith(
  start: Buffer,
  iterator: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  yield start;
  yield* { [Symbol.asyncIterator]: () => iterator };
}
