import { isName, type RemoteFile, TintypeError } from '@tintype/core';
import { childrenIn, textIn } from './xml.ts';

/** A listing of 10 million names has as many pages. */
const maxPages = 10_000;

/**
 * The names below `folder` in a bucket that begin with a prefix, by ListObjectsV2. The listing comes from a server, so
 * everything in it is checked, and names that no remote has are left out. Throws `remote-damaged`.
 */
export async function* listObjects(
  label: string,
  bucket: URL,
  folder: string,
  prefix: string,
  get: (address: string) => Promise<Uint8Array | null>,
): AsyncIterable<RemoteFile> {
  const damaged = (problem: string) =>
    new TintypeError('remote-damaged', `${label} has a listing ${problem}`);
  let token: string | null = null;
  for (let pages = 0; pages < maxPages; pages++) {
    const address = new URL(bucket);
    address.searchParams.set('list-type', '2');
    address.searchParams.set('prefix', folder + prefix);
    if (token !== null) address.searchParams.set('continuation-token', token);
    const page = await get(address.href);
    const xml = page === null ? '' : Buffer.from(page).toString('utf8');
    if (!xml.includes('<ListBucketResult')) throw damaged('that cannot be read');

    for (const entry of childrenIn(xml, 'Contents')) {
      const key = textIn(entry, 'Key') ?? '';
      const name = key.slice(folder.length);
      if (!key.startsWith(folder + prefix) || !isName(name)) continue;
      const bytes = textIn(entry, 'Size') ?? '';
      const modifiedAt = new Date(textIn(entry, 'LastModified') ?? '');
      if (!/^\d{1,15}$/.test(bytes) || Number.isNaN(modifiedAt.getTime()))
        throw damaged('without sizes or times');
      yield { name, bytes: Number(bytes), modifiedAt };
    }
    if (textIn(xml, 'IsTruncated') !== 'true') return;
    const next = textIn(xml, 'NextContinuationToken');
    if (next === null || next === token) throw damaged('that does not continue');
    token = next;
  }
  throw damaged(`of more than ${maxPages} pages`);
}
