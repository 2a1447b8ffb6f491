import { Agent, fetch } from 'undici';

const connectTimeoutMs = 30_000;

/**
 * A `fetch` for calls that take minutes and cost money. undici gives up after 300 s of silence, which a picture can take:
 * here only the caller's signal ends a call. No connection is used twice, for one that died between two calls looks like
 * a picture that was lost on the way. No redirect is followed: a request, and the key in it, is for one host and is sent
 * once. Of an error's body the first megabyte is read.
 */
export function patientFetch(): typeof globalThis.fetch {
  const dispatcher = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
    pipelining: 0,
  });
  const patient = async (
    input: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> => {
    const encoded = init.body instanceof FormData ? await encodeForm(init.body, init.headers) : {};
    const url = input instanceof Request ? input.url : input;
    const options = { ...init, ...encoded, redirect: 'manual', dispatcher };
    return withBoundedError(await fetch(url, options as never));
  };
  // Where the openai client looks whether forms can be sent: they are encoded by the Response that it names.
  return Object.assign(patient, { Response: globalThis.Response });
}

/** An error's body is read whole by whoever wants its words: of one without an end, the beginning has to do. */
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

/** undici from npm does not know Node's own FormData: the form is sent as the bytes that Node makes of it. */
async function encodeForm(form: FormData, headers: RequestInit['headers']): Promise<RequestInit> {
  const encoded = new Response(form);
  const all = new Headers(headers);
  all.set('content-type', encoded.headers.get('content-type') ?? 'multipart/form-data');
  return { body: await encoded.arrayBuffer(), headers: [...all.entries()] };
}
