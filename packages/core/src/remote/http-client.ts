import { proxiedFetch } from '../process/proxied-fetch.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCodeOf } from '../error-code.ts';
import { TintypeError } from '../errors.ts';
import { readAtMost } from '../read-at-most.ts';
import { problemOf, type RemoteProblem } from './http-problems.ts';
import { timeFor, withinLimit } from './time-limit.ts';

export type HttpHeaders = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly url: URL;
  /** The headers that the request needs itself. */
  readonly headers: HttpHeaders;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface HttpServer {
  readonly label: string;
  readonly headersOf: (request: HttpRequest) => HttpHeaders | Promise<HttpHeaders>;
  readonly explain: (status: number, body: string) => RemoteProblem | null;
}

export interface HttpLimits {
  /** The limit for the body of a success. */
  readonly maxBytes: number;
  /** Whether the request may be sent again if its answer is lost, or says that the server cannot answer now. */
  readonly isRepeatable: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Resolves to a success, to 404 and 410, and to 412 of a conditional request. All other answers are errors of a remote. */
export async function askServer(
  server: HttpServer,
  request: HttpRequest,
  { maxBytes, isRepeatable, signal }: HttpLimits,
): Promise<HttpAnswer> {
  const limitMs = timeFor(maxBytes + (request.body?.byteLength ?? 0));
  return withinLimit({ label: server.label, limitMs, signal }, async (limited) => {
    for (let tries = 1; ; tries++) {
      try {
        return await send(server, request, maxBytes, limited);
      } catch (error) {
        const isOver = !isRepeatable || tries > pausesMs.length;
        if (isOver || !isUnavailable(error)) throw error;
        // A random pause, so that processes that failed together do not try again together.
        await sleep(pausesMs[tries - 1]! * (0.5 + Math.random()), undefined, { signal: limited });
      }
    }
  });
}

/** Before the second and the third try. */
const pausesMs = [250, 1000] as const;

/** Redirects are not followed, because the headers are for one server. */
async function send(
  server: HttpServer,
  request: HttpRequest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { label, headersOf, explain } = server;
  const { method, url, body } = request;
  const given = await headersOf(request);
  checkHeaders(given, label);
  const unreachable = (error: unknown): never => {
    throw notReached(label, error);
  };
  const response = await proxiedFetch(url, {
    method,
    headers: { ...given, ...request.headers, 'accept-encoding': 'identity' },
    body,
    redirect: 'manual',
    signal,
  }).catch(unreachable);
  const { status, headers } = response;
  // A part of a file (206) or an empty answer (204) is not the file.
  const isSuccess = method === 'GET' || method === 'HEAD' ? status === 200 : response.ok;
  const read = await readAtMost(response.body, isSuccess ? maxBytes : maxErrorBytes).catch(
    unreachable,
  );
  const isConditional = 'if-none-match' in request.headers;
  const problem = isSuccess
    ? problemOfBody(headers, method === 'GET' && read === null, maxBytes)
    : (explain(status, Buffer.from(read ?? []).toString('utf8')) ??
      problemOf(status, isConditional));
  if (problem !== null) throw new TintypeError(problem.code, `${label} ${problem.problem}`);
  return { status, headers, body: read ?? new Uint8Array() };
}

/** The first few kB of an error say why the request failed. */
const maxErrorBytes = 16_384;

function problemOfBody(
  headers: Headers,
  isTooLarge: boolean,
  maxBytes: number,
): RemoteProblem | null {
  if (isTooLarge)
    return { code: 'remote-damaged', problem: `answers with more than ${maxBytes} bytes` };
  // fetch would decompress it, so its length and hash would differ from those on the server.
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity')
    return { code: 'remote-damaged', problem: 'answers with a compressed file' };
  return null;
}

/** The error of fetch would repeat a header that it refuses, so headers are checked first. Throws `config`. */
export function checkHeaders(headers: HttpHeaders, label: string): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[a-z0-9-]+$/i.test(name) || !/^[ -~]*$/.test(value))
      throw new TintypeError('config', `the headers for ${label} must be visible ASCII characters`);
  }
}

/** The error has no cause, because its message could repeat what was sent. */
function notReached(label: string, error: unknown): TintypeError {
  if (isNotHttp(error))
    return new TintypeError('remote-damaged', `${label} does not answer with HTTP`);
  const code = errorCodeOf(error);
  const how = code === null ? '' : ` (${code})`;
  return new TintypeError(
    'remote-unavailable',
    `${label} could not be reached${how}; check the network and the address`,
  );
}

/** undici's name for it, in Node 22 and 24. */
function isNotHttp(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'HTTPParserError' || isNotHttp(error.cause);
}

function isUnavailable(error: unknown): boolean {
  return error instanceof TintypeError && error.code === 'remote-unavailable';
}
