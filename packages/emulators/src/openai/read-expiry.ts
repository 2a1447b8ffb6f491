import type { ReceivedBody } from './read-body.ts';
import { missing, notAmong, readInteger, wrongType } from './read-parameter.ts';

/**
 * Reads `expires_after` of a file or `output_expires_after` of a batch: `anchor` and `seconds`, both or neither, from one hour
 * to 30 days (`files.d.ts` and `batches.d.ts` of openai 7.57.0). Returns milliseconds; `null`: not given. Throws the API's 400.
 */
export function readExpiryMs(
  name: string,
  encoding: ReceivedBody['encoding'],
  expiry: { readonly anchor?: unknown; readonly seconds?: unknown },
): number | null {
  const { anchor, seconds } = expiry;
  if (anchor === undefined && seconds === undefined) return null;
  if (anchor === undefined) throw missing(`${name}[anchor]`);
  if (typeof anchor !== 'string') throw wrongType(`${name}[anchor]`, 'a string', anchor);
  if (anchor !== 'created_at') throw notAmong(`${name}[anchor]`, anchor, ['created_at']);
  const key = `${name}[seconds]`;
  const body: ReceivedBody = { encoding, fields: { [key]: seconds }, files: [] };
  const value = readInteger(body, key, 3600, 2_592_000);
  if (value === null) throw missing(key);
  return value * 1000;
}
