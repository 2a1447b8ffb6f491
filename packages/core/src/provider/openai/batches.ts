import type OpenAI from 'openai';
import { APIError, toFile } from 'openai';
import type { Batch } from 'openai/resources/batches';
import type { FileCreateParams } from 'openai/resources/files';
import { redact } from '../../redact.ts';
import type { Request } from '../../types.ts';
import { jsonOf } from '../../plain-checks.ts';
import { member, textOf } from '../json.ts';
import {
  type Access,
  type BatchAnswer,
  type BatchLook,
  type BatchOffer,
  type InputPicture,
  type Order,
  type PlacedBatch,
  ProviderError,
} from '../provider.ts';
import { shownText } from '../shown-text.ts';
import { bodyOf, clientOf, fileOf, providerError, secretsIn } from './call.ts';
import { failureOfStatus } from './failure.ts';
import { BrokenLineError, jsonLines } from './json-lines.ts';
import type { Profile } from './openai.ts';
import { cutPicture, paidPicture, type PaidPicture, readImagesReply } from './reply.ts';

type Calls = Omit<Required<BatchOffer>, 'priceFactor' | 'maxLines' | 'account' | 'groupOf'>;

/**
 * OpenAI's Batch API: https://developers.openai.com/api/docs/guides/batch and `openai` 7.57.0, read 2026-11-28. Lines are named
 * by their keys; the batch carries its name in `metadata`, and its input file has it in the file's name.
 */
export function openAiBatches(profile: Profile): Calls {
  /** One request, or a few that only read, with the failures of the client classified. */
  async function call<T>(
    access: Access,
    task: (client: OpenAI, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const signal = AbortSignal.timeout(access.timeoutMs);
    try {
      return await task(clientOf(profile, access), signal);
    } catch (error) {
      throw classified(error, signal.aborted, profile, access);
    }
  }

  return {
    upload: async (name, orders, access) => {
      const send: Send = (file) =>
        call(access, async (client, signal) => {
          const { id } = await client.files.create(file, { signal });
          return id;
        });
      const lines: string[] = [];
      const uploaded = new Map<string, string>();
      for await (const order of orders)
        lines.push(JSON.stringify(await lineOf(order, name, { profile, send, uploaded })));
      const text = Buffer.from(`${lines.join('\n')}\n`);
      if (text.length > maxFileBytes)
        throw new ProviderError('refused', `a batch file has at most ${maxFileBytes / 1e6} MB`);
      const file = await toFile(text, fileName(name), { type: 'application/jsonl' });
      return send({ file, purpose: 'batch' });
    },

    create: (name, fileId, request, access) =>
      call(access, async (client, signal) => {
        const batch = await client.batches.create(
          {
            input_file_id: fileId,
            endpoint: endpointOf(request),
            completion_window: '24h',
            metadata: { [metadataName]: name },
          },
          { signal },
        );
        return placed(batch);
      }),

    find: (name, access) =>
      call(access, async (client, signal) => {
        for await (const batch of client.batches.list({ limit: 100 }, { signal })) {
          if (batch.metadata?.[metadataName] === name) return placed(batch);
        }
        return null;
      }),

    removeUpload: (name, fileId, access) =>
      call(access, async (client, signal) => {
        const idsOf = (fileName: string) => filesNamed(fileName, client, signal);
        const ids =
          fileId === null
            ? await idsOf(fileName(name))
            : await ifThere(client.files.retrieve(fileId, { signal })).then((file) =>
                file?.filename === fileName(name) ? [fileId] : [],
              );
        if (ids.length === 0) return (await idsOf(markName(name))).length > 0;
        // Before the file is removed: this process may be killed at any time.
        const mark = await toFile(Buffer.from(`{"removed":"${fileName(name)}"}\n`), markName(name));
        await client.files.create({ file: mark, purpose: 'batch' }, { signal });
        for (const id of ids) await ifThere(client.files.delete(id, { signal }));
        return true;
      }),

    look: (batchId, access) =>
      call(access, async (client, signal) =>
        lookAt(await client.batches.retrieve(batchId, { signal })),
      ),

    cancel: (batchId, access) =>
      call(access, async (client, signal) => {
        await client.batches.cancel(batchId, { signal });
      }),

    async *list(since, isWanted, access) {
      const listed = await call(access, async (client, signal) => {
        const found: Batch[] = [];
        for await (const batch of client.batches.list({ limit: 100 }, { signal })) {
          // The newest come first.
          if (batch.created_at * 1000 < since.getTime()) break;
          const name = batch.metadata?.[metadataName];
          if (name === undefined || isRefused(batch)) continue;
          // Until it is validated, the API counts no lines.
          if (isWanted(name, batch.request_counts?.total || null)) found.push(batch);
        }
        return found;
      });
      for (const batch of listed)
        yield {
          ...placed(batch),
          name: batch.metadata![metadataName]!,
          createdAt: new Date(batch.created_at * 1000).toISOString(),
          keys: await call(access, (client, signal) => keysIn(batch.input_file_id, client, signal)),
        };
    },

    async *answers(batchId, access) {
      for (const { id, lines } of await call(access, async (client, signal) =>
        filesOf(await client.batches.retrieve(batchId, { signal })),
      )) {
        const waiting = patience(access.timeoutMs);
        const keys = new Set<string>();
        try {
          const { body } = await contentOf(id, clientOf(profile, access), waiting.signal);
          for await (const line of jsonLines(waiting.over(body ?? []))) {
            const answer = await answerIn(line, profile, access);
            keys.add(answer.key);
            yield answer;
          }
        } catch (error) {
          throw classified(error, waiting.signal.aborted, profile, access);
        } finally {
          waiting.end();
        }
        if (keys.size < lines)
          throw new ProviderError('connection-lost', `only ${keys.size} of ${lines} answers came`);
      }
    },
  };
}

/** Comes before the name of a batch in the names of its files. */
const prefix = 'tintype-';
const fileName = (name: string): string => `${prefix}${name}.jsonl`;
/**
 * A file that shows later processes that this account had the input file of a batch and that it was removed. Files for batches
 * expire after 30 days (openai 7.57.0).
 */
const markName = (name: string): string => `${prefix}${name}-removed.jsonl`;
const metadataName = 'tintype';

/** OpenAI's limit of a batch's input file (2026-11-28). */
const maxFileBytes = 200_000_000;

function endpointOf({ input_images }: Request): '/v1/images/generations' | '/v1/images/edits' {
  return input_images === undefined ? '/v1/images/generations' : '/v1/images/edits';
}

/** Uploads one file, within the time of one request. Resolves to what it is called. */
type Send = (file: FileCreateParams) => Promise<string>;

interface Uploading {
  readonly profile: Profile;
  readonly send: Send;
  /** The ids of uploaded pictures, by the hash of the picture. */
  readonly uploaded: Map<string, string>;
}

/** The line of a request. Uploads its pictures, each one once. */
async function lineOf(order: Order, name: string, { profile, send, uploaded }: Uploading) {
  const upload = async (input: InputPicture, hash: string) => {
    const known = uploaded.get(hash);
    if (known !== undefined) return { file_id: known };
    const file = await fileOf({ ...input, name: `${prefix}${name}-${hash.slice(0, 16)}` });
    const id = await send({ file, purpose: 'vision', expires_after: inThreeDays });
    uploaded.set(hash, id);
    return { file_id: id };
  };
  const { request, inputs, mask, markup } = order;
  const images: { file_id: string }[] = [];
  for (const [index, input] of inputs.entries())
    images.push(await upload(input, request.input_images![index]!));
  return {
    custom_id: order.key,
    method: 'POST',
    url: endpointOf(request),
    body: {
      ...bodyOf(order, profile),
      ...(images.length > 0 && { images }),
      ...(mask && { mask: await upload(mask, request.mask!) }),
      ...(markup && { markup: await upload(markup, request.markup!) }),
    },
  };
}

/** Longer than a batch can take, which is one day. */
const inThreeDays = { anchor: 'created_at', seconds: 3 * 86_400 } as const;

async function filesNamed(name: string, client: OpenAI, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id, filename } of client.files.list({ purpose: 'batch' }, { signal }))
    if (filename === name) ids.push(id);
  return ids;
}

/** `null`: the API has no such file. */
function ifThere<Result>(call: PromiseLike<Result>): Promise<Result | null> {
  return Promise.resolve(call).catch((error: unknown) => {
    if (error instanceof APIError && error.status === 404) return null;
    throw error;
  });
}

function placed({ id, expires_at }: Batch): PlacedBatch {
  const due = new Date(Number(expires_at) * 1000);
  return { batchId: id, dueAt: Number.isNaN(due.getTime()) ? null : due.toISOString() };
}

/** The files with the answers, and how many lines each has at least. Lines that expired may be among those that failed. */
function filesOf(batch: Batch): { readonly id: string; readonly lines: number }[] {
  const { output_file_id, error_file_id, request_counts: counts } = batch;
  return [
    { id: output_file_id, lines: counts?.completed ?? 0 },
    { id: error_file_id, lines: counts?.failed ?? 0 },
  ].flatMap(({ id, lines }) => (typeof id === 'string' ? [{ id, lines }] : []));
}

function lookAt(batch: Batch): BatchLook {
  const { status, request_counts: counts } = batch;
  const errors = batch.errors?.data ?? [];
  const reasons = errors.map(
    ({ line, message }) => `${line == null ? '' : `line ${line}: `}${shownText(message ?? '')}`,
  );
  const hasFiles = filesOf(batch).length > 0;
  const isWorking = ['validating', 'in_progress', 'finalizing', 'cancelling'].includes(status);
  const isEnded = hasFiles || status === 'expired' || status === 'cancelled';
  const refused = isRefused(batch);
  if (!refused && !isWorking && !isEnded) {
    const message = `the API says that the batch is "${shownText(status)}" and names no answers`;
    throw new ProviderError('unknown-outcome', message);
  }
  return {
    ...placed(batch),
    name: batch.metadata?.[metadataName] ?? null,
    state: refused ? 'refused' : isWorking ? 'working' : 'ended',
    lines: counts?.total ?? 0,
    answered: counts?.completed ?? 0,
    problem: refused
      ? reasons.slice(0, 3).join('; ') || 'the API gave no reason'
      : (endings[status] ?? ''),
    isForLater: errors.some(({ code }) => code === 'token_limit_exceeded'),
  };
}

/** How a batch can end without all of its answers. */
const endings: Readonly<Record<string, string>> = {
  expired: 'it has expired',
  cancelled: 'it was cancelled',
};

/** Whether nothing of a batch was done, because it did not pass its validation. */
function isRefused(batch: Batch): boolean {
  return batch.status === 'failed' && filesOf(batch).length === 0;
}

/** The keys in the file that a batch was made from; none: the account has removed the file. */
async function keysIn(fileId: string, client: OpenAI, signal: AbortSignal): Promise<string[]> {
  const keys: string[] = [];
  try {
    const { body } = await contentOf(fileId, client, signal);
    for await (const line of jsonLines(body ?? []))
      keys.push(textOf(member(jsonOf(line.toString()), 'custom_id')) ?? '');
  } catch (error) {
    if (!(error instanceof ProviderError) || !error.isOver) throw error;
  }
  return keys;
}

/** One line of an output or error file. */
async function answerIn(line: Buffer, profile: Profile, access: Access): Promise<BatchAnswer> {
  const cut = cutPicture(line);
  const value = cut === null ? jsonOf(line.toString()) : cut.rest;
  if (value === undefined) throw new BrokenLineError('a line is cut off or not JSON');
  const key = textOf(member(value, 'custom_id')) ?? '';
  const failure = member(value, 'error');
  const code = textOf(member(failure, 'code'));
  if (code === 'batch_expired' || code === 'batch_cancelled')
    return { key, kind: 'not-done', reason: shownText(textOf(member(failure, 'message')) ?? code) };
  const response = member(value, 'response');
  const status = Number(member(response, 'status_code'));
  const requestId = textOf(member(response, 'request_id')) ?? null;
  const body = member(response, 'body');
  const answer = async () => {
    if (status === 200) {
      const paid = cut && paidPicture(body, cut.picture);
      if (paid !== null) return answered(paid, requestId, profile);
      return picture(
        member(member(jsonOf(line.toString()), 'response'), 'body'),
        requestId,
        profile,
      );
    }
    const error = member(body, 'error') ?? failure;
    const { code, message, isBilledAnyway } = failureOfStatus({
      status: Number.isInteger(status) ? status : 500,
      code: textOf(member(error, 'code')) ?? null,
      message: textOf(member(error, 'message')) ?? 'no reason is given',
      details: error,
      header: () => null,
    });
    return new ProviderError(code, redact(message, secretsIn(profile, access)), {
      requestId,
      isBilledAnyway,
    });
  };
  return { key, kind: 'answer', answer: await answer() };
}

/** An answer whose picture had to be looked for. */
async function picture(body: unknown, requestId: string | null, profile: Profile) {
  const read = await readImagesReply([Buffer.from(JSON.stringify(body ?? null))]);
  if ('bytes' in read) return answered(read, requestId, profile);
  const problem = 'url' in read ? 'its picture is at an address' : read.problem;
  return new ProviderError('bad-reply', `the batch has an answer, but ${problem}`, {
    requestId,
    reply: read.reply,
  });
}

function answered({ bytes, usage }: PaidPicture, requestId: string | null, profile: Profile) {
  return {
    bytes,
    usage: profile.trustsUsage ? usage : null,
    requestId,
    warnings: [],
    limit: null,
  };
}

function classified(
  error: unknown,
  isTimedOut: boolean,
  profile: Profile,
  access: Access,
): unknown {
  if (error instanceof BrokenLineError)
    return new ProviderError('connection-lost', `the answers could not be read: ${error.message}`);
  return providerError(error, isTimedOut, access.timeoutMs, secretsIn(profile, access));
}

/**
 * The content of a file. Rejects with `isOver` if the API itself says twice that there is no such file: a gateway that does not know
 * the address answers 404, too, and what is gone is not asked for again.
 */
async function contentOf(id: string, client: OpenAI, signal: AbortSignal) {
  try {
    return await client.files.content(id, { signal });
  } catch (error) {
    if (!isNotThere(error)) throw error;
    const again: unknown = await client.files.retrieve(id, { signal }).then(
      () => null,
      (failure: unknown) => failure,
    );
    if (!isNotThere(again)) throw error;
    const message = `the API has no file ${id} any more`;
    throw new ProviderError('refused', message, { isOver: true });
  }
}

function isNotThere(error: unknown): boolean {
  return (
    error instanceof APIError &&
    error.status === 404 &&
    textOf(member(error.error, 'message')) !== null
  );
}

/** A limit for each wait, because a file of gigabytes takes longer than a request may. */
function patience(ms: number) {
  const controller = new AbortController();
  const { signal } = controller;
  const start = () => setTimeout(() => controller.abort(), ms);
  let timer = start();
  const end = () => clearTimeout(timer);
  return {
    signal,
    end,
    async *over(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
      for await (const piece of pieces) {
        // What the receiver does with a piece takes time, too.
        end();
        yield piece;
        timer = start();
      }
    },
  };
}
