import type { SharedCache } from '../cache/open-cache.ts';
import { type Context, report } from '../context.ts';
import { cacheKeyIn, cacheKeyVariable } from '../project/shared-cache-options.ts';
import { secretsIn, withoutSecrets } from '../secrets.ts';
import { entries } from '../shared-cache-text.ts';

/** The shared cache of a project, which reports what it did. `null`: there is none. */
export function sharedCacheOf(context: Context): SharedCache | null {
  const { config, realEnv, env, signal } = context;
  if (config.sharedCache === null) return null;
  const { remote, mode } = config.sharedCache;

  const clean = (text: string) => withoutSecrets(text, secretsIn(env));
  const label = clean(remote.label);
  const warn = (code: string, words: string) => {
    const message = `the shared cache ${label} ${clean(words)}`;
    report(context, { type: 'warning', code, message });
  };

  let isGivenUp = false;
  return {
    remote,
    mode,
    secret: cacheKeyIn(realEnv),
    signal,
    onSecretMissing: () =>
      warn(
        'cache-key-missing',
        `is not used, because ${cacheKeyVariable} is not set in the environment (a .env file does not count). Set it to the same key on every machine; openssl rand -hex 32 makes one`,
      ),
    onGivenUp: (error) => {
      isGivenUp = true;
      const reason = error === null ? 'encoding is faster' : `it fails: ${messageOf(error)}`;
      warn('cache-given-up', `is not used any more in this run, because ${reason}`);
    },
    onClosed: (counts, uploadError) => {
      report(context, { type: 'shared-cache', remote: label, ...counts });
      const { refused, notUploaded } = counts;
      if (refused > 0)
        warn(
          'cache-entries-refused',
          `has ${entries(refused)} that ${cacheKeyVariable} does not prove to be from a trusted run. Tintype used nothing of them and encoded the files itself. Either the key was changed, or something else writes there`,
        );
      if (uploadError !== null && !isGivenUp)
        warn(
          'cache-not-written',
          `refused ${entries(notUploaded)}: ${messageOf(uploadError)}. Another run will upload them`,
        );
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
