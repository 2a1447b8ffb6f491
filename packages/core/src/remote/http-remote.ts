import { TintypeError } from '../errors.ts';
import {
  askServer,
  checkHeaders,
  type HttpAnswer,
  type HttpHeaders,
  type HttpRequest,
  type HttpServer,
} from './http-client.ts';
import type { RemoteProblem } from './http-problems.ts';
import { assertName, type Limits, type Remote, type RemoteFile } from './remote.ts';

export interface HttpOptions {
  /** The folder of the server, such as `https://cache.example.com/tintype`. Must not contain a user name or a password. */
  readonly url: string | URL;
  /**
   * Sent with each request, such as `{ authorization: … }`: the headers, or a function that is called before each request.
   * They go to this server only, and no message repeats them.
   */
  readonly headers?: HttpHeaders | ((request: HttpRequest) => HttpHeaders | Promise<HttpHeaders>);
  /**
   * How this server lists names, because HTTP does not define that. `get` fetches an address of the same server, relative
   * to `url`, with the same headers; `null`: 404. Without it, listing throws `remote-unsupported`.
   */
  readonly list?: (
    prefix: string,
    get: (address: string) => Promise<Uint8Array | null>,
  ) => AsyncIterable<RemoteFile>;
  /** What an answer of this server means that is not a success, by its status and body; `null`: what its status says. */
  readonly explain?: (status: number, body: string) => RemoteProblem | null;
  /** What messages call it. @default its URL */
  readonly label?: string;
}

/**
 * A folder of a web server that answers GET, HEAD, PUT and DELETE, such as nginx with WebDAV. Throws `config` if the URL or a
 * header cannot be used.
 *
 * It follows no redirects. It tries up to three times, except to create.
 */
export function http(options: HttpOptions): Remote {
  const base = baseOf(options.url);
  const { headers = {}, explain = () => null, label = base.href.replace(/\/$/, '') } = options;
  const headersOf = typeof headers === 'function' ? withoutItsWords(headers, label) : () => headers;
  if (typeof headers !== 'function') checkHeaders(headers, label);
  const server: HttpServer = { label, headersOf, explain };

  const urlOf = (name: string): URL => {
    assertName(name);
    return new URL(name, base);
  };
  const read = (method: 'GET' | 'HEAD', url: URL, maxBytes: number, signal?: AbortSignal) =>
    askServer(
      server,
      { method, url, headers: {}, body: null },
      { maxBytes, signal, isRepeatable: true },
    );
  const change = (
    request: Pick<HttpRequest, 'method' | 'headers' | 'body'>,
    name: string,
    signal: AbortSignal | undefined,
    isRepeatable: boolean,
  ) =>
    askServer(
      server,
      { ...request, url: urlOf(name) },
      { maxBytes: maxReplyBytes, signal, isRepeatable },
    );
  /** fetch does not accept shared memory, so the bytes are copied. */
  const upload = (bytes: Uint8Array, condition: HttpHeaders = {}) => ({
    method: 'PUT' as const,
    headers: { 'content-type': 'application/octet-stream', ...condition },
    body: new Uint8Array(bytes),
  });
  const refuseMissing = ({ status }: HttpAnswer): void => {
    if (isSuccess(status)) return;
    const message = `${label} answers ${status} to an upload; check its address`;
    throw new TintypeError('remote-unsupported', message);
  };

  return {
    label,
    get: async (name, { maxBytes, signal }) => {
      const { status, body } = await read('GET', urlOf(name), maxBytes, signal);
      return isSuccess(status) ? body : null;
    },
    size: async (name, { signal } = {}) => {
      const { status, headers } = await read('HEAD', urlOf(name), 0, signal);
      if (!isSuccess(status)) return null;
      const length = headers.get('content-length') ?? '';
      if (/^\d{1,15}$/.test(length)) return Number(length);
      throw new TintypeError('remote-damaged', `${label} does not say how large a file is`);
    },
    put: async (name, bytes, { signal } = {}) =>
      refuseMissing(await change(upload(bytes), name, signal, true)),
    create: async (name, bytes, { signal } = {}) => {
      const request = upload(bytes, { 'if-none-match': '*' });
      const answer = await change(request, name, signal, false);
      if (answer.status === 412) return false;
      refuseMissing(answer);
      return true;
    },
    remove: async (name, { signal } = {}) => {
      await change({ method: 'DELETE', headers: {}, body: null }, name, signal, true);
    },
    async *list(prefix, { signal }: Limits = {}) {
      if (options.list === undefined)
        throw new TintypeError(
          'remote-unsupported',
          `${label} cannot list its files; give http(…) a function list`,
        );
      const get = async (address: string): Promise<Uint8Array | null> => {
        const url = new URL(address, base);
        if (url.origin !== base.origin) throw new Error('a listing is of the same server');
        const { status, body } = await read('GET', url, maxPageBytes, signal);
        return isSuccess(status) ? body : null;
      };
      yield* options.list(prefix, get);
    },
  };
}

/**
 * The limit for the answer to an upload. Its text is not used, but a connection is reused only after its answer was read.
 */
const maxReplyBytes = 16_384;

/** 1,000 names of 512 characters in XML, with what S3 says about each, are below 2 MB. */
const maxPageBytes = 10_000_000;

/** An error that the user's function throws may contain a secret, so only errors of Tintype are passed on. */
function withoutItsWords(
  headers: (request: HttpRequest) => HttpHeaders | Promise<HttpHeaders>,
  label: string,
): HttpServer['headersOf'] {
  return async (request) => {
    try {
      return await headers(request);
    } catch (error) {
      if (error instanceof TintypeError) throw error;
      throw new TintypeError('remote-denied', `${label} got no headers, because headers() failed`);
    }
  };
}

function baseOf(given: string | URL): URL {
  const url = URL.parse(String(given));
  const problem = urlProblem(url);
  // The URL is not repeated, because it may contain a password.
  if (url === null || problem !== null)
    throw new TintypeError('config', `the url of http(…) ${problem}`);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function urlProblem(url: URL | null): string | null {
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    return 'must begin with https: or http:';
  if (url.username !== '' || url.password !== '')
    return 'must have no name or password in it; put them into headers';
  return url.search === '' && url.hash === '' ? null : 'must end with its path: no ? and no #';
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
