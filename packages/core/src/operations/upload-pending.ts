import { count } from '../amounts.ts';
import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Key } from '../types.ts';

/** Uploads what earlier runs could not upload. If it fails again, warns and keeps it. */
export async function uploadPending(store: Store, context: Context): Promise<void> {
  const { remote } = store;
  const keys = new Set<Key>(await remote?.pending());
  if (remote === null || keys.size === 0) return;
  const records = (await store.purchases()).filter(({ key }) => keys.has(key));
  try {
    for (const record of records) await remote.upload(record);
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    const message = `${count(keys.size, 'picture')} that this machine bought ${keys.size === 1 ? 'is' : 'are'} not in ${remote.label} yet: ${error.message}`;
    report(context, { type: 'warning', code: 'not-delivered', message });
  }
}
