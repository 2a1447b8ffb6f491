import { patientFetch } from './patient-fetch.ts';
import type { Answer } from './replicate-failure.ts';

/** Replicate's API behind one base URL and one token. */
export interface ReplicateHttp {
  /** One call, its answer read whole, whatever its status. Rejects as fetch does. */
  readonly call: (path: string, init: RequestInit) => Promise<Answer>;
  /** Bytes of any host; the token goes along to the API's own only. `bytes` is `null` unless the status is 200. */
  readonly fetchBytes: (
    url: URL,
    signal: AbortSignal,
  ) => Promise<{ readonly status: number; readonly bytes: Uint8Array | null }>;
}

export function replicateHttp(baseUrl: string, token: string): ReplicateHttp {
  const authorization = `Bearer ${token}`;
  return {
    async call(path, { headers, ...init }) {
      const response = await fetch(`${baseUrl}${path}`, {
        ...init,
        headers: { ...(headers as Record<string, string> | undefined), authorization },
      });
      const text = await response.text();
      return { status: response.status, header: (name) => response.headers.get(name), text };
    },
    async fetchBytes(url, signal) {
      const isApi = url.origin === new URL(baseUrl).origin;
      const response = await fetch(url, {
        headers: isApi ? { authorization } : {},
        signal,
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        return { status: response.status, bytes: null };
      }
      return { status: 200, bytes: await readAtMost(maxPictureBytes, response.body) };
    },
  };
}

const fetch = patientFetch();

/** Far above any picture. */
const maxPictureBytes = 200_000_000;

async function readAtMost(
  limit: number,
  body: AsyncIterable<Uint8Array> | null,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limit) throw new Error(`it is larger than ${limit / 1e6} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
