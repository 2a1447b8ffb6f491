import { readAtMost } from '../read-at-most.ts';
import { parseJson } from './json.ts';
import { patientFetch } from './patient-fetch.ts';

/** The models of an API, each with the date when it is shut down (ISO 8601), or `null` if the API gives none. */
export type ListedModels = ReadonlyMap<string, string | null>;

/**
 * `GET /v1/models`, which costs nothing: every model of an account by name (`shutdown_date`: openai 7.57.0, read
 * 2026-11-22). Rejects with a plain Error whose message is fit to print.
 */
export async function listModels(
  baseUrl: string | null,
  apiKey: string | null,
  timeoutMs = 30_000,
): Promise<ListedModels> {
  const url = `${(baseUrl ?? 'https://api.openai.com/v1').replace(/\/+$/, '')}/models`;
  const headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  let response: Response;
  try {
    response = await patientFetch()(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    throw new Error('the API could not be reached');
  }
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
  const read = await readAtMost(response.body, maxListBytes).catch(() => null);
  const body = read === null ? null : parseJson(new TextDecoder().decode(read));
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : null;
  if (!Array.isArray(data)) throw new Error('the API answered with no list of models');
  return new Map(data.flatMap(readModel));
}

/** A thousand times what OpenAI's list takes. */
const maxListBytes = 10_000_000;

function readModel(model: unknown): [string, string | null][] {
  if (
    typeof model !== 'object' ||
    model === null ||
    !('id' in model) ||
    typeof model.id !== 'string'
  )
    return [];
  const date = 'shutdown_date' in model ? model.shutdown_date : null;
  const day = typeof date === 'string' ? /^\d{4}-\d\d-\d\d/.exec(date) : null;
  return [[model.id, day?.[0] ?? null]];
}
