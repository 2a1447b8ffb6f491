import type { FieldChange, MeasuredFile, PictureNote, Variation } from '@tintype/core/types';
import type {
  BringBackOffer,
  EditConflict,
  EditForm,
  EditProposal,
  Price,
  Sheet,
  SheetUpdate,
  Snippet,
  UndoConflict,
  Undone,
} from '../../src/sheet.ts';

/** What a page from a server can do, besides showing the sheet. */
export interface Server {
  readonly sheet: () => Promise<Sheet>;
  /** Rejects with the project's own message. */
  readonly pick: (id: string, candidate: number) => Promise<void>;
  /** What a purchase of these images would be; `null`: nothing. */
  readonly offer: (ids: readonly string[]) => Promise<Price | null>;
  /** Buys what the images need, as one order. */
  readonly buy: (ids: readonly string[], upToUsd: number | null) => Promise<void>;
  readonly form: (id: string) => Promise<EditForm>;
  readonly propose: (id: string, changes: readonly FieldChange[]) => Promise<EditProposal>;
  /** Resolves to `null` if the changes are written. */
  readonly edit: (
    id: string,
    changes: readonly FieldChange[],
    revision: string,
  ) => Promise<EditConflict | null>;
  readonly proposeVariation: (id: string, variation: Variation) => Promise<EditProposal>;
  /** Resolves to `null` if the new image is written. */
  readonly vary: (
    id: string,
    variation: Variation,
    revision: string,
  ) => Promise<EditConflict | null>;
  readonly snippets: (id: string) => Promise<readonly Snippet[]>;
  readonly measure: (id: string) => Promise<readonly MeasuredFile[]>;
  readonly bringBack: (id: string, key: string) => Promise<BringBackOffer>;
  readonly note: (id: string, key: string, note: PictureNote) => Promise<void>;
  /** Takes the last change back. */
  readonly undo: () => Promise<Undone | UndoConflict>;
  /** Calls the listener after each change, and when the server is back. */
  readonly listen: (onChange: () => void, onLost: (isLost: boolean) => void) => void;
}

export const server: Server = {
  sheet: readSheet,
  form: (id) => get(`form?image=${encodeURIComponent(id)}`),
  propose: (id, changes) => answer('propose', { id, changes }),
  edit: (id, changes, revision) => conflictOf('edit', { id, changes, revision }),
  proposeVariation: (id, variation) => answer('propose-variation', { id, variation }),
  vary: (id, variation, revision) => conflictOf('vary', { id, variation, revision }),
  snippets: (id) => get(`snippets?image=${encodeURIComponent(id)}`),
  measure: (id) => get(`measure?image=${encodeURIComponent(id)}`),
  bringBack: (id, key) => get(`bring-back?${new URLSearchParams({ image: id, key })}`),
  note: (id, key, note) => post('note', { id, key, note }),
  undo: () => answer('undo', {}, 409),
  pick: (id, candidate) => post('pick', { id, candidate }),
  offer: (ids) => answer('offer', { ids }),
  buy: (ids, upToUsd) => post('buy', { ids, upToUsd }),
  listen(onChange, onLost) {
    const events = new EventSource('events');
    let wasLost = false;
    events.addEventListener('change', onChange);
    events.addEventListener('error', () => {
      wasLost = true;
      onLost(true);
    });
    events.addEventListener('open', () => {
      onLost(false);
      if (wasLost) onChange();
      wasLost = false;
    });
  },
};

let last: Sheet | null = null;
let revision = '';

/** Only what has changed is sent. An image that has not is the same object as before. */
async function readSheet(): Promise<Sheet> {
  const update: SheetUpdate = await get(`data?since=${revision}`);
  const known = new Map(last?.images.map((image) => [image.id, image]));
  const images = update.images.map((one) => (typeof one === 'string' ? known.get(one)! : one));
  ({ revision } = update);
  last = { ...update, images };
  return last;
}

async function get<Data>(path: string): Promise<Data> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(await messageOf(response));
  return (await response.json()) as Data;
}

async function post(path: string, body: unknown): Promise<void> {
  await send(path, body);
}

async function answer<Data>(...request: Parameters<typeof send>): Promise<Data> {
  return (await (await send(...request)).json()) as Data;
}

/** `null`: it is written. */
async function conflictOf(path: string, body: unknown): Promise<EditConflict | null> {
  const response = await send(path, body, 409);
  return response.ok ? null : ((await response.json()) as EditConflict);
}

/** Throws the server's own message, except for the status `expected`. */
async function send(path: string, body: unknown, expected?: number): Promise<Response> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok && response.status !== expected) throw new Error(await messageOf(response));
  return response;
}

async function messageOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
