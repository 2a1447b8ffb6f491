import { drawAnswer, type Answer } from './compose-answer.ts';
import type { ImageRequest } from './check-request.ts';
import type { EmulatorState } from './emulator-state.ts';
import type { Trouble } from './faults.ts';
import type { LedgerEntry, Writable } from './ledger.ts';
import { describeFile, sha256, type ReceivedBody } from './read-body.ts';
import { costUsdOf, svgUsageOf, usageOf } from './token-usage.ts';

/** The origin of an order: an HTTP request, or a line of a batch. */
export interface Origin {
  /** The answer's `x-request-id`. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly batchId: string | null;
  readonly customId: string | null;
}

/** A request for pictures that has been billed. */
export interface Order {
  readonly entry: Writable<LedgerEntry>;
  readonly answer: Answer;
}

/** Bills a request that has been checked. From here on the account pays, even if the answer is lost. */
export function placeOrder(
  state: EmulatorState,
  origin: Origin,
  accepted: ImageRequest,
  body: ReceivedBody,
  trouble: Trouble | null,
  fault: string | null,
): Order {
  const request = { ...accepted, partialImages: partialsOf(accepted, trouble) };
  const entry = bill(state, origin, request, body, fault);
  const takes = takesOf(state, body, request);
  const { detail } = state.options;
  return {
    entry,
    answer: {
      request,
      usage: entry.usage,
      svgUsage: entry.svgUsage,
      detail,
      takes,
      fault: trouble,
    },
  };
}

/** How many partial pictures are sent, and billed. */
function partialsOf({ stream, partialImages }: ImageRequest, trouble: Trouble | null): number {
  if (!stream || trouble?.kind === 'json-instead-of-stream') return 0;
  return trouble?.kind === 'fewer-partials' ? trouble.keep : partialImages;
}

/** Draws the pictures of an order, and notes them in the ledger. */
export async function fillOrder(state: EmulatorState, { entry, answer }: Order): Promise<Buffer[]> {
  const pictures = preparedPictures(state, entry) ?? (await drawAnswer(answer));
  entry.pictures = pictures.map(hashOf);
  return pictures;
}

/** The price of a line of a batch, as a part of the price of a direct request (pricing page, 2026-09). */
const batchPriceFactor = 0.5;

function bill(
  state: EmulatorState,
  { id, headers, batchId, customId }: Origin,
  request: ImageRequest,
  body: ReceivedBody,
  fault: string | null,
): Writable<LedgerEntry> {
  const usage = usageOf(request);
  const { svgAuthor, prompt } = request;
  const svgUsage = svgAuthor === null ? null : svgUsageOf(svgAuthor, prompt);
  const { images: _images, mask: _mask, markup: _markup, ...fields } = body.fields;
  const entry: LedgerEntry = {
    id,
    at: state.clock.now(),
    endpoint: request.endpoint,
    model: request.model.id,
    prompt: request.prompt,
    body: fields,
    files: request.files.map(describeFile),
    n: request.n,
    images: request.n,
    usage,
    svgUsage,
    costUsd: costUsdOf(request.model, usage, svgUsage) * (batchId === null ? 1 : batchPriceFactor),
    pictures: [],
    outcome: 'working',
    fault,
    headers: Object.fromEntries(
      Object.entries(headers).filter(([name]) => /^(user-agent$|openai-|x-)/.test(name)),
    ),
    batchId,
    customId,
  };
  state.ledger.push(entry);
  return entry;
}

/** A seed for each picture, from the request's fingerprint and the number of times it was drawn. */
function takesOf(state: EmulatorState, body: ReceivedBody, request: ImageRequest): string[] {
  const fields = Object.entries(body.fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const files = request.files.map((file) => sha256(file.bytes));
  const fingerprint = sha256(JSON.stringify([request.endpoint, fields, files]));
  return Array.from({ length: request.n }, () => {
    const take = (state.takes.get(fingerprint) ?? 0) + 1;
    state.takes.set(fingerprint, take);
    return `${fingerprint} ${take}`;
  });
}

const hashes = new WeakMap<Buffer, string>();

/** A picture that is sent again is hashed only once. */
function hashOf(picture: Buffer): string {
  const hash = hashes.get(picture) ?? sha256(picture);
  hashes.set(picture, hash);
  return hash;
}

/** The next of the given pictures; `null`: none are given. */
function preparedPictures(
  { options: { pictures }, ledger }: EmulatorState,
  entry: LedgerEntry,
): Buffer[] | null {
  if (pictures.length === 0) return null;
  const first = ledger.lastIndexOf(entry);
  return Array.from({ length: entry.n }, (_, at) => pictures[(first + at) % pictures.length]!);
}
