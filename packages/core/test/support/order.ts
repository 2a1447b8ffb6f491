import sharp from 'sharp';

import type { InputPicture, Order } from '../../src/provider/provider.ts';
import { requestKey } from '../../src/plan/request-key.ts';
import { sha256 } from '../../src/hash.ts';
import type { Request } from '../../src/types.ts';

/** An order for a provider, with an input picture or a mask if given. */
export function orderOf(
  request: Partial<Request>,
  { inputs = [], mask = null, ...order }: Partial<Order> = {},
): Order {
  const complete: Request = {
    provider: 'tested',
    model: 'gpt-image-2',
    prompt: 'A lighthouse at dawn',
    size: '1024x1024',
    quality: 'auto',
    background: 'auto',
    ...(inputs.length === 0 ? {} : { input_images: inputs.map(({ bytes }) => sha256(bytes)) }),
    ...(mask === null ? {} : { mask: sha256(mask.bytes) }),
    ...request,
  };
  return {
    imageId: 'hero',
    key: requestKey(complete),
    request: complete,
    call: { moderation: 'auto', userId: null },
    apiKey: null,
    inputs,
    mask,
    timeoutMs: 10_000,
    ...order,
  };
}

/** A PNG as an input; `isNoise` makes it as large as a photograph. */
export async function inputPicture(
  width = 64,
  height = 64,
  { isNoise = false, alpha = false } = {},
): Promise<InputPicture> {
  const channels = alpha ? (4 as const) : (3 as const);
  const background = { r: 200, g: 100, b: 50, alpha: 0.5 };
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
  const create = { width, height, channels, background, ...(isNoise ? { noise } : {}) };
  const bytes = await sharp({ create }).png().toBuffer();
  return { name: 'palette.png', mediaType: 'image/png', bytes };
}
