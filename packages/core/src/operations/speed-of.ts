import type { Context } from '../context.ts';
import type { Speed } from '../image/encoding-speed.ts';
import { cacheKeyIn } from '../project/shared-cache-options.ts';

/** How a run encodes. */
export function speedOf({ config, realEnv }: Pick<Context, 'config' | 'realEnv'>): Speed {
  const { effort, isThorough, sharedCache } = config;
  const isShared = sharedCache?.mode === 'readwrite' && cacheKeyIn(realEnv) !== null;
  return { effort, isThorough, isShared };
}
