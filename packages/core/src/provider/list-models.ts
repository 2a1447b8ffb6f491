import * as v from 'valibot';
import { readAtMost } from '../read-at-most.ts';
import { checkShape, parseJson } from '../schema.ts';
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
  const list = parseJson(listShape, new TextDecoder().decode(read ?? undefined));
  if (list.kind === 'damaged') throw new Error('the API answered with no list of models');
  return new Map(
    list.value.data.flatMap((listed): [string, string | null][] => {
      const model = checkShape(modelShape, listed);
      return model.kind === 'value' ? [[model.value.id, model.value.shutdown_date]] : [];
    }),
  );
}

/** A thousand times what OpenAI's list takes. */
const maxListBytes = 10_000_000;

const listShape = v.object({ data: v.array(v.unknown()) });

const day = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\d/),
  v.transform((date) => date.slice(0, 10)),
);
const modelShape = v.object({ id: v.string(), shutdown_date: v.fallback(v.nullable(day), null) });
