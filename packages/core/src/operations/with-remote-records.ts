import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Plan } from '../types.ts';

/**
 * Makes a plan with the records that other machines have added to the store's remote. If version control has the records,
 * contacts the remote only if `mayAsk`, as before a purchase. If the remote has them, contacts it whenever something is
 * missing. So a project whose pictures are all recorded on this machine needs no network.
 *
 * `makePlan` reads the store each time. A fetched picture may give a key to the images that depend on it, so this repeats
 * until the remote has nothing new. Throws the remote's errors, unless stand-ins may be drawn for missing pictures.
 */
export async function withRemoteRecords<Made extends { readonly plan: Plan }>(
  context: Context,
  { remote }: Store,
  mayAsk: boolean,
  makePlan: () => Promise<Made>,
): Promise<Made> {
  const { hasRemoteRecords, missing } = context.config;
  let planned = await makePlan();
  if (remote === null || !(hasRemoteRecords || mayAsk)) return planned;
  try {
    for (;;) {
      const keys = missingKeys(planned.plan);
      if (keys.length === 0 || (await remote.fetchRecords(keys)) === 0) return planned;
      planned = await makePlan();
    }
  } catch (error) {
    if (!(error instanceof TintypeError) || missing !== 'standin') throw error;
    const message = `${error.message}; stand-ins are drawn for pictures that other machines may have bought`;
    report(context, { type: 'warning', code: 'remote', message });
    return planned;
  }
}

function missingKeys({ requests }: Plan) {
  return requests.flatMap(({ key, isFree, stored }) =>
    key === null || isFree || stored !== null ? [] : [key],
  );
}
