import { readContentCredentials } from '../content-credentials/read-content-credentials.ts';
import { sha256 } from '../hash.ts';
import type { StoreRecord } from '../types.ts';
import { version } from '../version.ts';
import type { Purchase } from './store.ts';

/** The record of a purchase. */
export function recordOf(purchase: Purchase): StoreRecord {
  const info = purchase.info ?? { format: 'bin', width: 0, height: 0, hasAlpha: false };
  const contentCredentials = readContentCredentials(purchase.bytes);
  return {
    version: 1,
    key: purchase.key,
    request: purchase.request,
    original: { sha256: sha256(purchase.bytes), bytes: purchase.bytes.byteLength, ...info },
    ...(contentCredentials === null ? {} : { contentCredentials }),
    ...(purchase.rejected === null ? {} : { rejected: purchase.rejected }),
    ...(purchase.boughtFor === undefined ? {} : { boughtFor: purchase.boughtFor }),
    usage: purchase.usage,
    costUsd: purchase.costUsd,
    provenance: {
      ...(purchase.batch === undefined ? {} : { batch: purchase.batch }),
      ...(purchase.order === undefined ? {} : { order: purchase.order }),
      requestId: purchase.requestId,
      createdAt: purchase.createdAt.toISOString(),
      tintype: version,
    },
  };
}
