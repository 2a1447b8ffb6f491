import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Access, BatchOffer, Provider } from '../provider/provider.ts';

/**
 * What the note of a batch says about the account that orders it. Equal marks mean the same account: the same server, configuration and
 * key. Different marks mean nothing, because an account may have several keys. The mark shows no key: notes are committed, so a short key,
 * which could be guessed from a mark, has none (`undefined`), and a guess is slow. The name of the batch is the salt, so the notes of two
 * batches do not show that one account ordered both.
 */
export async function accountMark(
  name: string,
  { baseUrl }: Pick<Provider, 'baseUrl'>,
  offer: Pick<BatchOffer, 'account'>,
  { apiKey }: Pick<Access, 'apiKey'>,
): Promise<string | undefined> {
  if (apiKey === null || apiKey.length < minKeyLength) return undefined;
  const facts = JSON.stringify([baseUrl ?? null, offer.account?.() ?? null, apiKey]);
  const mark = (await scryptOf(facts, `tintype batch ${name}`, 16)) as Buffer;
  return mark.toString('hex');
}

/** Characters. The keys of OpenAI have more than 50. */
const minKeyLength = 32;

const scryptOf = promisify(scrypt);
