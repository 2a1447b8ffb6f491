import type OpenAI from 'openai';
import { APIError, toFile } from 'openai';
import type { Batch } from 'openai/resources/batches';
import { redact } from '../../redact.ts';
import type { Request } from '../../types.ts';
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
import { bodyOf, clientOf, fileOf, providerError } from './call.ts';
import { failureOfStatus } from './failure.ts';
import { BrokenLineError, jsonLines } from './json-lines.ts';
import type { Profile } from './openai.ts';
import { readImagesReply } from './reply.ts';

type Calls = Omit<BatchOffer, 'priceFactor' | 'maxLines' | 'groupOf'>;

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
      throw classified(error, signal.aborted, access);
    }
  }

  return {
    upload: (name, orders, access) =>
      call(access, async (client, signal) => {
        const lines: string[] = [];
        const uploading = { profile, client, signal, uploaded: new Map<string, string>() };
        for await (const order of orders)
          lines.push(JSON.stringify(await lineOf(order, name, uploading)));
        const text = Buffer.from(`${lines.join('\n')}\n`);
        if (text.length > maxFileBytes)
          throw new ProviderError('refused', `a batch file has at most ${maxFileBytes / 1e6} MB`);
        const file = await toFile(text, `${prefix}${name}.jsonl`, { type: 'application/jsonl' });
        const { id } = await client.files.create({ file, purpose: 'batch' }, { signal });
        return id;
      }),

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

    removeUpload: (fileId, access) =>
      call(access, async (client, signal) => {
        try {
          await client.files.delete(fileId, { signal });
          return true;
        } catch (error) {
          if (error instanceof APIError && error.status === 404) return false;
          throw error;
        }
      }),

    look: (batchId, access) =>
      call(access, async (client, signal) =>
        lookAt(await client.batches.retrieve(batchId, { signal })),
      ),

    cancel: (batchId, access) =>
      call(access, async (client, signal) => {
        await client.batches.cancel(batchId, { signal });
      }),

    async *answers(batchId, access) {
      const files = await call(access, async (client, signal) => {
        const batch = await client.batches.retrieve(batchId, { signal });
        return [batch.output_file_id, batch.error_file_id].filter((id) => typeof id === 'string');
      });
      for (const id of files) {
        const body = await call(access, async (client, signal) => {
          return (await client.files.content(id, { signal })).body;
        });
        try {
          for await (const line of jsonLines(body ?? []))
            yield await answerIn(line, profile, access);
        } catch (error) {
          throw classified(error, false, access);
        }
      }
    },
  };
}

/** What the name of a batch has in front of it, in the names of files. */
const prefix = 'tintype-';
const metadataName = 'tintype';

/** OpenAI's limit of a batch's input file (2026-11-28). */
const maxFileBytes = 200_000_000;

function endpointOf({ input_images }: Request): '/v1/images/generations' | '/v1/images/edits' {
  return input_images === undefined ? '/v1/images/generations' : '/v1/images/edits';
}

interface Uploading {
  readonly profile: Profile;
  readonly client: OpenAI;
  readonly signal: AbortSignal;
  /** What uploaded pictures are called, by their hash. */
  readonly uploaded: Map<string, string>;
}

/** The line of a request. Its pictures are uploaded, each once. */
async function lineOf(
  order: Order,
  name: string,
  { profile, client, uploaded, signal }: Uploading,
) {
  const upload = async (input: InputPicture, hash: string) => {
    const known = uploaded.get(hash);
    if (known !== undefined) return { file_id: known };
    const file = await fileOf({ ...input, name: `${prefix}${name}-${hash.slice(0, 16)}` });
    const { id } = await client.files.create(
      { file, purpose: 'vision', expires_after: inThreeDays },
      { signal },
    );
    uploaded.set(hash, id);
    return { file_id: id };
  };
  const { request, inputs, mask } = order;
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
      ...(mask !== null && { mask: await upload(mask, request.mask!) }),
    },
  };
}

/** A batch is answered within one. */
const inThreeDays = { anchor: 'created_at', seconds: 3 * 86_400 } as const;

/** What a server says of a batch may be anything. Throws `unknown-outcome` for one without a usable id. */
function placed({ id, expires_at }: Batch): PlacedBatch {
  if (typeof id !== 'string' || !/^[\w-]{1,128}$/.test(id))
    throw new ProviderError('unknown-outcome', 'the API named a batch without a usable id');
  const due = new Date(Number(expires_at) * 1000);
  return { batchId: id, dueAt: Number.isNaN(due.getTime()) ? null : due.toISOString() };
}

function lookAt(batch: Batch): BatchLook {
  const { status, request_counts: counts } = batch;
  const errors = batch.errors?.data ?? [];
  const said = errors.map(
    ({ line, message }) => `${line == null ? '' : `line ${line}: `}${shownText(message ?? '')}`,
  );
  const isRefused = status === 'failed';
  const isWorking = ['validating', 'in_progress', 'finalizing', 'cancelling'].includes(status);
  return {
    ...placed(batch),
    state: isRefused ? 'refused' : isWorking ? 'working' : 'ended',
    lines: counts?.total ?? 0,
    answered: (counts?.completed ?? 0) + (counts?.failed ?? 0),
    problem: isRefused
      ? said.slice(0, 3).join('; ') || 'the API gave no reason'
      : status === 'expired' || status === 'cancelled'
        ? `it has ${status}`
        : '',
    isForLater: errors.some(({ code }) => code === 'token_limit_exceeded'),
  };
}

/** One line of an output or error file. */
async function answerIn(line: unknown, profile: Profile, access: Access): Promise<BatchAnswer> {
  const key = textOf(member(line, 'custom_id')) ?? '';
  const failure = member(line, 'error');
  const code = textOf(member(failure, 'code'));
  if (code === 'batch_expired' || code === 'batch_cancelled')
    return { key, kind: 'not-done', reason: shownText(textOf(member(failure, 'message')) ?? code) };
  const response = member(line, 'response');
  const status = Number(member(response, 'status_code'));
  const requestId = textOf(member(response, 'request_id')) ?? null;
  const body = member(response, 'body');
  const answer = async () => {
    if (status === 200) return picture(body, requestId, profile);
    const error = member(body, 'error') ?? failure;
    const { code, message, isBilledAnyway } = failureOfStatus({
      status: Number.isInteger(status) ? status : 500,
      code: textOf(member(error, 'code')) ?? null,
      message: textOf(member(error, 'message')) ?? 'no reason is given',
      details: error,
      header: () => null,
    });
    const secrets = access.apiKey === null ? [] : [access.apiKey];
    return new ProviderError(code, redact(message, secrets), { requestId, isBilledAnyway });
  };
  return { key, kind: 'answer', answer: await answer() };
}

async function picture(body: unknown, requestId: string | null, profile: Profile) {
  const read = await readImagesReply([Buffer.from(JSON.stringify(body ?? null))]);
  if ('bytes' in read) {
    const usage = profile.trustsUsage ? read.usage : null;
    return { bytes: read.bytes, usage, requestId, warnings: [], limit: null };
  }
  const problem = 'url' in read ? 'its picture is at an address' : read.problem;
  return new ProviderError('bad-reply', `the batch has an answer, but ${problem}`, {
    requestId,
    reply: read.reply,
  });
}

function classified(error: unknown, isTimedOut: boolean, { apiKey, timeoutMs }: Access): unknown {
  if (error instanceof BrokenLineError)
    return new ProviderError('connection-lost', `of the answers, ${error.message}`);
  const secrets = apiKey === null ? [] : [apiKey];
  const failure = providerError(error, isTimedOut, timeoutMs, secrets);
  // Of a file: the answers are gone, and the work was billed.
  if (error instanceof APIError && error.status === 404)
    return new ProviderError('refused', failure.message, { isOver: true });
  return failure;
}
