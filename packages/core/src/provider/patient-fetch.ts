import { type Dispatcher, fetch } from 'undici';
import { proxies } from '../process/proxies.ts';
import { dispatcherOf } from '../process/dispatcher-of.ts';

const connections = {
  headersTimeout: 0,
  bodyTimeout: 0,
  // Firewalls and balancers forget connections on which nothing is sent, some after 60 s. Probes of TCP are free.
  connect: { timeout: 30_000, keepAliveInitialDelay: 15_000 },
  pipelining: 0,
  // HTTP/2 would put all calls on one connection, and lose all of them with it.
  allowH2: false,
};

/**
 * A `fetch` for calls that take minutes and cost money. undici gives up after 300 s of silence, but a picture can take longer,
 * so only the caller's signal ends a call here. No connection is used twice, because a connection that died between two calls
 * would look like a picture that was lost on the way. Redirects are not followed, because a request and its key are for one
 * host and are sent once. Only the first megabyte of an error's body is read.
 */
export function patientFetch(): typeof globalThis.fetch {
  // The proxies are known when a project is loaded, after this module.
  let through = proxies();
  let dispatcher: Dispatcher | undefined;
  const patient = async (
    input: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> => {
    const encoded = init.body instanceof FormData ? await encodeForm(init.body, init.headers) : {};
    const url = input instanceof Request ? input.url : input;
    if (dispatcher === undefined || through !== proxies()) {
      through = proxies();
      dispatcher = dispatcherOf(connections);
    }
    const options = { ...init, ...encoded, redirect: 'manual', dispatcher };
    return withBoundedError(await fetch(url, options as never));
  };
  // The openai client checks here whether it can send forms, which it encodes with this Response.
  return Object.assign(patient, { Response: globalThis.Response });
}

/** Callers read the whole body of an error to get its message, so an endless body is cut. */
async function withBoundedError(response: Response): Promise<Response> {
  const { body, status, statusText, headers } = response;
  if (response.ok || body === null || status < 400) return response;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.byteLength;
    if (length >= maxErrorBytes) break;
  }
  const start = Buffer.concat(pieces).subarray(0, maxErrorBytes);
  return new Response(start, { status, statusText, headers: [...headers] });
}

const maxErrorBytes = 1_000_000;

/** undici from npm does not know Node's own FormData, so Node encodes the form to bytes first. */
async function encodeForm(form: FormData, headers: RequestInit['headers']): Promise<RequestInit> {
  const encoded = new Response(form);
  const all = new Headers(headers);
  all.set('content-type', encoded.headers.get('content-type') ?? 'multipart/form-data');
  return { body: await encoded.arrayBuffer(), headers: [...all.entries()] };
}
