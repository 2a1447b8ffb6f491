import { ApiError, invalidRequest, unknownUrl } from './api-error.ts';
import { answerCall } from './answer-call.ts';
import { jsonReply, type Exchange } from './exchange.ts';
import { unixSeconds } from './movable-clock.ts';
import { pageBody, pageOf } from './page-by-cursor.ts';
import { readExpiryMs } from './read-expiry.ts';
import { loggedBody, parseBody, readAll, type ReceivedBody } from './read-body.ts';
import { missing, readChoice, unknownParameter } from './read-parameter.ts';
import type { NewFile, StoredFile } from './stored-files.ts';

/** `FilePurpose` of openai 7.57.0. */
const purposes = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];

const knownFields: ReadonlySet<string> = new Set([
  'purpose',
  'expires_after[anchor]',
  'expires_after[seconds]',
]);

/** `files.d.ts` of openai 7.57.0: 512 MB for each file; files with purpose `batch` expire after 30 days, others never. */
const maxBytes = 512_000_000;
const batchFileExpiryMs = 30 * 24 * 3_600_000;

/** Answers the requests below `/v1/files`. */
export async function answerFileCall(exchange: Exchange): Promise<void> {
  const { log, request, state } = exchange;
  const [id = null, part = null, ...more] = log.path.split('/').slice(3);
  const url = new URL(request.url ?? '', 'http://localhost');
  switch (`${log.method} ${id === null ? '' : 'one'} ${part ?? ''}${more.join('/')}`) {
    case 'POST  ':
      return answerCall(exchange, 'files.create', (bytes) => {
        const body = parseBody(bytes, log.headers['content-type'] ?? '', ['multipart']);
        log.body = loggedBody(body);
        const file = readNewFile(body);
        return () => jsonReply(200, fileObject(state.files.add(file)));
      });
    case 'GET  ':
      return answerCall(exchange, 'files.list', () => {
        const purpose = url.searchParams.get('purpose');
        const files = state.files
          .stored()
          .filter((file) => (purpose ?? file.purpose) === file.purpose);
        const ordered = url.searchParams.get('order') === 'asc' ? files : files.toReversed();
        const { items, hasMore } = pageOf(ordered, url.searchParams, {
          max: 10_000,
          usual: 10_000,
        });
        return () => jsonReply(200, pageBody(items.map(fileObject), hasMore));
      });
    case 'GET one ':
      return answerCall(exchange, 'files.retrieve', () => {
        const file = fileOf(exchange, id);
        return () => jsonReply(200, fileObject(file));
      });
    case 'GET one content':
      return answerCall(exchange, 'files.content', () => {
        const { pieces } = fileOf(exchange, id);
        const headers = { 'content-type': 'application/octet-stream' };
        return () => ({ status: 200, headers, pieces, paceMs: 0 });
      });
    case 'DELETE one ':
      return answerCall(exchange, 'files.delete', () => {
        const file = fileOf(exchange, id);
        return () => {
          file.isDeleted = true;
          return jsonReply(200, { id: file.id, object: 'file', deleted: true });
        };
      });
    default:
      await readAll(request);
      throw unknownUrl(log.method, log.path);
  }
}

/** The text about `.jsonl` is that of BerriAI/litellm#37527 (2026-08). The text about the size is made up. */
function readNewFile(body: ReceivedBody): NewFile {
  for (const name of Object.keys(body.fields)) {
    if (!knownFields.has(name)) throw unknownParameter(name);
  }
  const [file, ...others] = body.files;
  if (file?.name !== 'file' || others.length > 0) throw missing('file');
  const purpose = readChoice(body, 'purpose', purposes);
  if (purpose === null) throw missing('purpose');
  const fileName = file.fileName ?? 'file';
  if (purpose === 'batch' && !fileName.endsWith('.jsonl')) {
    throw invalidRequest(null, null, 'Invalid file format for Batch API. Must be .jsonl');
  }
  if (file.bytes.length > maxBytes) throw invalidRequest(null, 'file', 'File is too large.');
  const expiryMs = readExpiryMs('expires_after', 'multipart', {
    anchor: body.fields['expires_after[anchor]'],
    seconds: body.fields['expires_after[seconds]'],
  });
  return {
    fileName,
    purpose,
    contentType: file.contentType,
    pieces: [file.bytes],
    expiresAfterMs: expiryMs ?? (purpose === 'batch' ? batchFileExpiryMs : null),
  };
}

/** The text and its `param` are from memory. */
function fileOf({ state }: Exchange, id: string | null): StoredFile {
  const file = state.files.find(decodeURIComponent(id ?? ''));
  if (file) return file;
  throw new ApiError(404, {
    message: `No such File object: ${id}`,
    type: 'invalid_request_error',
    param: 'id',
    code: null,
  });
}

function fileObject({ id, bytes, createdAt, fileName, purpose, expiresAt }: StoredFile): {
  readonly id: string;
} {
  const fields = {
    object: 'file',
    bytes,
    created_at: unixSeconds(createdAt),
    filename: fileName,
    purpose,
    status: 'processed',
    expires_at: expiresAt === null ? null : unixSeconds(expiresAt),
    status_details: null,
  };
  return { id, ...fields };
}
