import { readAtMost } from '../../read-at-most.ts';
import { patientFetch } from '../patient-fetch.ts';
import type { Answer } from './failure.ts';

/** Replicate's API behind one base URL and one token. */
export interface ReplicateHttp {
  /** One call. Reads the whole answer, whatever its status. Rejects as fetch does. */
  readonly call: (path: string, init: RequestInit) => Promise<Answer>;
  /** Fetches bytes from any host, and sends the token only to the API's own. `bytes` is `null` unless the status is 200. */
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
      const text = new TextDecoder().decode(await readWhole(response));
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
      return { status: 200, bytes: await readWhole(response) };
    },
  };
}

const fetch = patientFetch();

/** Far more than any picture. */
const maxPictureBytes = 200_000_000;

async function readWhole({ body }: Response): Promise<Uint8Array> {
  const bytes = await readAtMost(body, maxPictureBytes);
  if (bytes === null) throw new Error(`it is larger than ${maxPictureBytes / 1e6} MB`);
  return bytes;
}
