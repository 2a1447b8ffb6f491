import { requestKey } from '../../src/plan/request-key.ts';
import { fileStore } from '../../src/store/file-store.ts';
import type { Request, StoreRecord } from '../../src/types.ts';

/** Puts a picture into a store as if it had been bought. By default, its bytes follow from the prompt. */
export async function storePicture(
  dir: string,
  request: Partial<Request>,
  purchase: { bytes?: Uint8Array; rejected?: string; costUsd?: number; createdAt?: string } = {},
): Promise<StoreRecord> {
  const complete: Request = {
    provider: 'openai',
    model: 'gpt-image-2.5-flare',
    prompt: 'A lighthouse',
    size: '1024x1024',
    quality: 'auto',
    background: 'auto',
    ...request,
  };
  const { record } = await fileStore(dir).put({
    key: requestKey(complete),
    request: complete,
    bytes: purchase.bytes ?? Buffer.from(`the picture of ${complete.prompt}`),
    info: { format: 'png', width: 1024, height: 1024, hasAlpha: false },
    rejected: purchase.rejected ?? null,
    usage: null,
    costUsd: purchase.costUsd ?? 0.01,
    requestId: null,
    createdAt: new Date(purchase.createdAt ?? '2026-11-01T00:00:00Z'),
  });
  return record;
}
