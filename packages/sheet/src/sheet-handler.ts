import { type Format, type Key, type MeasuredFile, type Sha256, TintypeError } from '@tintype/core';
import { isFormat, isHash, refusalOf, secure, urlOf } from '@tintype/core/internal';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readChanges, readIds, readNote, readVariation } from './read-changes.ts';
import type { EditConflict, EditProposal, Price, Sheet, SheetRole, Snippet } from './sheet.ts';
import type { SheetEdits } from './sheet-edits.ts';
import { sheetUpdates } from './sheet-updates.ts';

/** The project that the handler serves, without HTTP. */
export interface SheetSource extends Omit<SheetEdits, 'add' | 'latest'> {
  readonly sheet: () => Promise<Sheet>;
  /** `null`: there is no such picture, or it is no longer wanted when its turn comes. */
  readonly picture: (
    hash: Sha256,
    request: PictureRequest,
    isWanted: () => boolean,
  ) => Promise<Uint8Array | null>;
  /** The last partial picture of the purchase that is running; `null`: there is none. */
  readonly partial: () => Promise<Uint8Array | null>;
  /** Writes the pick. Rejects with a TintypeError. */
  readonly pick: (id: string, candidate: number) => Promise<void>;
  /** What a purchase of these images would be. `null`: nothing has to be bought for them. Rejects with a TintypeError. */
  readonly offer: (ids: readonly string[]) => Promise<Price | null>;
  /**
   * Starts to buy what the images need, as one order, for at most `upToUsd` US dollars (`null`: the price is unknown, and the
   * person has seen that). Resolves when the purchase has started. Rejects with a TintypeError if it may not.
   */
  readonly buy: (ids: readonly string[], upToUsd: number | null) => Promise<void>;
  /** The code with which a page shows an image. Rejects with a TintypeError if it is not delivered. */
  readonly snippets: (id: string) => Promise<readonly Snippet[]>;
  /** How the files of an image look. Takes seconds the first time. Rejects with a TintypeError. */
  readonly measure: (id: string) => Promise<readonly MeasuredFile[]>;
  /** Calls the listener whenever the sheet changes. Returns a function that stops that. */
  readonly onChange: (listener: () => void) => () => void;
}

export type PictureRequest =
  /** `isStill`: the first frame of an animation. */
  | { readonly kind: 'thumbnail'; readonly isStill: boolean }
  | { readonly kind: 'picture' }
  | {
      readonly kind: 'variant';
      readonly imageId: string;
      readonly format: Format;
      readonly width: number;
    };

export interface HandlerOptions {
  /** The path where it is mounted, with a slash at both ends. */
  readonly base: string;
  readonly token: string;
  /** The page's HTML. */
  readonly page: () => Promise<string>;
  /** What whoever has the address may do. */
  readonly role: SheetRole;
  /** Other machines may ask, too. */
  readonly isForNetwork: boolean;
}

/** What each role may send, besides `GET`s that only read. */
const allowed: Readonly<Record<SheetRole, ReadonlySet<string>>> = {
  edit: new Set(
    'form measure propose edit propose-variation vary bring-back note undo pick offer buy'.split(
      ' ',
    ),
  ),
  pick: new Set(['pick', 'note']),
  look: new Set(),
};

/** What only shows something. */
const shown: ReadonlySet<string> = new Set([
  '',
  'data',
  'events',
  'picture',
  'partial',
  'snippets',
]);

/**
 * Answers requests below `base`, and resolves to whether it did. `false` leaves the request to the next handler. Works for
 * `node:http` and for connect, where it needs the whole path (`use(handle)`, not `use('/path', handle)`).
 *
 * `refusalOf` says who may ask.
 */
export function sheetHandler(
  source: SheetSource,
  { base, token, page, role, isForNetwork }: HandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const root = `${base}${token}/`;
  const updateSince = sheetUpdates();
  return async (request, response) => {
    const url = urlOf(request);
    if (!url.pathname.startsWith(base) && `${url.pathname}/` !== base) return false;
    try {
      secure(response);
      const refusal = refusalOf(request, url.pathname, {
        root,
        changes: role === 'look' ? [] : ['POST'],
        isForNetwork,
      });
      if (refusal !== null) refuse(response, 403, refusal);
      else await answer(url.pathname.slice(root.length), url.searchParams, request, response);
    } catch (error) {
      fail(response, error);
    }
    return true;
  };

  async function answer(
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [what = ''] = path.split('/');
    if (!shown.has(what) && !allowed[role].has(what))
      return refuse(response, allowed.edit.has(what) ? 403 : 404, 'This address may not do that.');
    switch (`${request.method} ${what}`) {
      case 'GET ':
        return send(response, 'text/html; charset=utf-8', await page());
      case 'GET data':
        return send(
          response,
          'application/json',
          updateSince(forRole(await source.sheet(), role), query.get('since')),
        );
      case 'GET events':
        return streamEvents(source, response);
      case 'GET picture':
        return sendPicture(path.slice('picture/'.length), query, response);
      case 'GET partial':
        return sendPartial(response);
      case 'GET snippets': {
        const id = query.get('image');
        if (id === null) return badRequest(response, 'snippets takes an image');
        return send(response, 'application/json', JSON.stringify(await source.snippets(id)));
      }
      case 'GET measure': {
        const id = query.get('image');
        if (id === null) return badRequest(response, 'measure takes an image');
        return send(response, 'application/json', JSON.stringify(await source.measure(id)));
      }
      case 'GET form': {
        const id = query.get('image');
        if (id === null) return badRequest(response, 'form takes an image');
        return send(response, 'application/json', JSON.stringify(await source.form(id)));
      }
      case 'POST propose':
      case 'POST edit':
        return change(request, response, what, {
          read: (body) => readChanges(body['changes']),
          expected: 'changes with a layer, a field and a value',
          propose: source.propose,
          write: source.edit,
        });
      case 'POST propose-variation':
      case 'POST vary':
        return change(request, response, what, {
          read: (body) => readVariation(body['variation']),
          expected: 'a variation with an id, a prompt, an alt and a region',
          propose: source.proposeVariation,
          write: source.vary,
        });
      case 'GET bring-back': {
        const id = query.get('image');
        const key = query.get('key');
        if (id === null || !isHash(key))
          return badRequest(response, 'bring-back takes an image and a key');
        return send(response, 'application/json', JSON.stringify(await source.bringBack(id, key)));
      }
      case 'POST note': {
        const { id, key, note } = await readBody(request, maxNoteBytes);
        const read = readNote(note);
        if (typeof id !== 'string' || !isHash(key) || read === null)
          return badRequest(
            response,
            'note takes an id, a key, and a note with star, rejected and comment',
          );
        await source.note(id, key as Key, read);
        return send(response, 'application/json', '{}');
      }
      case 'POST undo':
        await readBody(request);
        return sendOutcome(response, await source.undo());
      case 'POST pick': {
        const { id, candidate } = await readBody(request);
        if (typeof id !== 'string' || !Number.isSafeInteger(candidate))
          return badRequest(response, 'pick takes an id and the number of a candidate');
        await source.pick(id, Number(candidate));
        return send(response, 'application/json', '{}');
      }
      case 'POST offer': {
        const { ids } = await readBody(request, maxIdsBytes);
        const read = readIds(ids);
        if (read === null) return badRequest(response, 'offer takes ids');
        return send(response, 'application/json', JSON.stringify(await source.offer(read)));
      }
      case 'POST buy': {
        const { ids, upToUsd } = await readBody(request, maxIdsBytes);
        const read = readIds(ids);
        const isAmount =
          upToUsd === null ||
          (typeof upToUsd === 'number' && Number.isFinite(upToUsd) && upToUsd >= 0);
        if (read === null || !isAmount)
          return badRequest(response, 'buy takes ids and upToUsd, an amount in dollars or null');
        await source.buy(read, upToUsd);
        return send(response, 'application/json', '{}');
      }
      default:
        return refuse(response, 404, 'There is no such page.');
    }
  }

  /** Says what a change of an image would do, or makes it. */
  async function change<Change>(
    request: IncomingMessage,
    response: ServerResponse,
    what: string,
    { read, expected, propose, write }: ChangeKind<Change>,
  ): Promise<void> {
    const body = await readBody(request, maxEditBytes);
    const { id, revision } = body;
    const wanted = read(body);
    const isProposal = what.startsWith('propose');
    if (typeof id !== 'string' || wanted === null || !(isProposal || typeof revision === 'string'))
      return badRequest(
        response,
        `${what} takes an id, ${expected}${isProposal ? '' : ', and the revision of the form'}`,
      );
    if (!isProposal)
      return sendOutcome(response, (await write(id, wanted, revision as string)) ?? {});
    send(response, 'application/json', JSON.stringify(await propose(id, wanted)));
  }

  async function sendPartial(response: ServerResponse): Promise<void> {
    const bytes = await source.partial();
    const type = bytes && typeOf(bytes);
    if (bytes === null || type === null) return refuse(response, 404, 'There is no such picture.');
    send(response, type, bytes);
  }

  async function sendPicture(
    hash: string,
    query: URLSearchParams,
    response: ServerResponse,
  ): Promise<void> {
    const request = wantedPicture(query);
    const bytes =
      request === null || !isHash(hash)
        ? null
        : await source.picture(hash, request, () => !response.destroyed);
    const type = bytes === null ? null : (typeOf(bytes) ?? drawingType(request));
    if (bytes === null || type === null) return refuse(response, 404, 'There is no such picture.');
    // The address contains the hash of the content.
    response.setHeader('cache-control', 'private, max-age=31536000, immutable');
    send(response, type, bytes);
  }
}

/** The sheet as a role sees it. */
function forRole(sheet: Sheet, role: SheetRole): Sheet {
  if (role === 'edit' || sheet.live === null) return sheet;
  const buying = { refusal: 'Whoever shared this page can buy.' };
  return { ...sheet, live: { ...sheet.live, role, buying, failure: null, undo: null } };
}

interface ChangeKind<Change> {
  /** The change of a request; `null`: it does not have the shape of one. */
  readonly read: (body: Readonly<Record<string, unknown>>) => Change | null;
  readonly expected: string;
  readonly propose: (id: string, change: Change) => Promise<EditProposal>;
  readonly write: (id: string, change: Change, revision: string) => Promise<EditConflict | null>;
}

/** The largest request that names an image: an id has at most 200 characters. */
const maxBodyBytes = 4096;

/** The ids of 20,000 images. */
const maxIdsBytes = 4_000_000;

/** Three prompts of 32,000 characters, of which each may be written as `\\u0000`. */
const maxEditBytes = 600_000;

/** A comment of 2,000 characters, of which each may be written as `\\u0000`. */
const maxNoteBytes = 16_384;

async function readBody(
  request: IncomingMessage,
  maxBytes = maxBodyBytes,
): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new TintypeError('usage', `the request body is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}

function wantedPicture(query: URLSearchParams): PictureRequest | null {
  const imageId = query.get('image');
  if (imageId === null)
    return query.has('thumbnail')
      ? { kind: 'thumbnail', isStill: query.has('still') }
      : { kind: 'picture' };
  const format = query.get('format');
  const width = Number(query.get('width'));
  return isFormat(format) && Number.isSafeInteger(width)
    ? { kind: 'variant', imageId, format, width }
    : null;
}

/** The type of an SVG, which is sent only as Tintype rebuilt it. */
function drawingType(wanted: PictureRequest | null): string | null {
  return wanted?.kind === 'variant' && wanted.format === 'svg' ? 'image/svg+xml' : null;
}

/** The type, judged by the bytes. Other types are not sent to a browser. */
function typeOf(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (start.startsWith('\u0089PNG')) return 'image/png';
  if (start.startsWith('\u00ff\u00d8\u00ff')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'image/webp';
  if (/^avi[fs]$/.test(start.slice(8, 12))) return 'image/avif';
  return null;
}

/** How often a stream sends a comment, which shows whether the connection still exists. */
const heartbeatMs = 20_000;

function streamEvents(source: SheetSource, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('retry: 1000\n\n');
  const stop = source.onChange(() => response.write('event: change\ndata:\n\n'));
  const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs).unref();
  response.once('close', () => {
    clearInterval(heartbeat);
    stop();
  });
}

function send(response: ServerResponse, type: string, body: string | Uint8Array): void {
  response.setHeader('content-type', type);
  response.end(body);
}

/** With a message, it says why nothing was written. */
function sendOutcome(response: ServerResponse, outcome: object): void {
  if ('message' in outcome) response.statusCode = 409;
  send(response, 'application/json', JSON.stringify(outcome));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.statusCode = status;
  send(response, 'text/plain; charset=utf-8', `${message}\n`);
}

function badRequest(response: ServerResponse, expected: string): void {
  refuse(response, 400, `Bad request: ${expected}.`);
}

/** An error of the project is sent in its own words, and a bug in this code without its stack. */
function fail(response: ServerResponse, error: unknown): void {
  const code = error instanceof TintypeError ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const details =
    error instanceof TintypeError ? error.diagnostics.map((one) => one.message).join('\n') : '';
  response.statusCode = error instanceof TintypeError ? 422 : 500;
  const text = details === '' ? message : `${message}\n${details}`;
  send(response, 'application/json', JSON.stringify({ code, message: text }));
}
