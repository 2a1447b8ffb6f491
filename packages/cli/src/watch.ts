import type { Context, GenerateResult } from '@tintype/core';
import { aborted } from './aborted.ts';
import { explainError } from './explain-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { RunFlags } from './flags.ts';
import { say } from './format/wrap.ts';
import { reread, withRun } from './run.ts';
import type { Shell } from './shell.ts';

/**
 * Makes the files now and after each change of the project, until Ctrl-C. It buys nothing: what is missing is a stand-in until another
 * run has bought it. `onResult` gets what a run did, unless it had nothing to do.
 */
export async function watch(
  shell: Shell,
  flags: RunFlags,
  ids: readonly string[],
  onResult: (result: GenerateResult, context: Context) => void,
): Promise<number> {
  const watched: RunFlags = { ...flags, missing: flags.missing ?? 'standin' };
  await withRun(shell, watched, async (core, first) => {
    if (flags.missing === 'buy') throw new core.TintypeError('usage', neverBuys);
    const { watchProject } = await import('@tintype/sheet');
    const run = async (isFirst: boolean): Promise<void> => {
      try {
        const current = await reread(core, shell, watched, first);
        const result = await core.generate(current, ids);
        if (isFirst || hasDone(result)) onResult(result, current);
      } catch (error) {
        if (!first.signal.aborted) say(shell.stderr, `tintype: ${explainError(error).message}\n`);
      }
    };
    let changed = Promise.withResolvers<void>();
    const end = await watchProject(first, () => changed.resolve(), { outputs: false });
    try {
      for (let isFirst = true; !first.signal.aborted; isFirst = false) {
        // A change during the run leads to another one.
        changed = Promise.withResolvers();
        await run(isFirst);
        await Promise.race([changed.promise, aborted(first.signal)]);
      }
    } finally {
      await end();
    }
  });
  return exitCodes.delivered;
}

const neverBuys =
  '--watch never buys, so leave out --missing buy. Run tintype in another terminal: the watch then shows the picture';

function hasDone({ written, removed, failed }: GenerateResult): boolean {
  return written > 0 || removed > 0 || failed > 0;
}
