import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Access, BatchOffer, Provider } from '../provider/provider.ts';

/**
 * What the note of a batch says about the account that orders it. Equal marks mean the same account: the same server, configuration and
 * key. Different marks mean nothing, because an account may have several keys. The mark shows no key: notes are committed, and the key of
 * a server of one's own may be easy to guess, so a guess is made slow. The name of the batch is the salt, so the notes of two batches do
 * not show that one account ordered both.
 */
export async function accountMark(
  name: string,
  { baseUrl }: Pick<Provider, 'baseUrl'>,
  offer: Pick<BatchOffer, 'account'>,
  { apiKey }: Pick<Access, 'apiKey'>,
): Promise<string> {
  const facts = JSON.stringify([baseUrl ?? null, offer.account?.() ?? null, apiKey]);
  const mark = (await scryptOf(facts, `tintype batch ${name}`, 16)) as Buffer;
  return mark.toString('hex');
}

const scryptOf = promisify(scrypt);
