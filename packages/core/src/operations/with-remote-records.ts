import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Plan } from '../types.ts';

/**
 * A plan that knows the records that other machines have put into the store's remote. Where version control has the records,
 * the remote is asked only if `mayAsk`, as before a purchase; where the remote has them, whenever something is
 * missing. So a project whose pictures are all recorded on this machine needs no network.
 *
 * `makePlan` reads the store each time. A picture that was brought may give a key to those that depend on it, so the remote is
 * asked until it brings nothing. Throws the remote's errors, except where stand-ins are drawn for what is missing.
 */
export async function withRemoteRecords<Made extends { readonly plan: Plan }>(
  context: Context,
  { remote }: Store,
  mayAsk: boolean,
  makePlan: () => Promise<Made>,
): Promise<Made> {
  const { hasRemoteRecords, missing } = context.config;
  let made = await makePlan();
  if (remote === null || !(hasRemoteRecords || mayAsk)) return made;
  try {
    for (;;) {
      const keys = missingKeys(made.plan);
      if (keys.length === 0 || (await remote.fetchRecords(keys)) === 0) return made;
      made = await makePlan();
    }
  } catch (error) {
    if (!(error instanceof TintypeError) || missing !== 'standin') throw error;
    const message = `${error.message}; stand-ins are drawn for pictures that other machines may have bought`;
    report(context, { type: 'warning', code: 'remote', message });
    return made;
  }
}

function missingKeys({ requests }: Plan) {
  return requests.flatMap(({ key, isFree, stored }) =>
    key === null || isFree || stored !== null ? [] : [key],
  );
}
