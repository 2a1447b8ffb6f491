import { relative } from 'node:path';
import type { Context, GenerateResult, Shard } from '@tintype/core';
import { argument, command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import {
  buyFlags,
  orderFlags,
  partialFlags,
  projectFlags,
  queueFlags,
  runFlags,
  shardFlags,
  traceFlags,
} from '../flags.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const generate = command({
  name: 'generate',
  summary: 'buy or draw what is missing, encode, write the files (the default)',
  description:
    'Makes the pictures that are not stored yet, encodes them, and writes the files and the asset map. ' +
    'With ids: these images and those that they use as inputs; without: all images.',
  arguments: [argument('[ids...]', 'images to make')],
  flags: {
    batch: flag(
      '--batch',
      'order what is missing at half the price, to be collected later; see tintype batch --help',
    ),
    watch: flag(
      '--watch',
      'make the files again after each change, until Ctrl-C; buys nothing: what is missing is a stand-in',
    ).conflicts(['batch', 'yes', 'iAmTheOnlyBuyer', 'shard', 'queue', 'order']),
    ...buyFlags,
    ...projectFlags,
    ...runFlags,
    ...partialFlags,
    ...orderFlags,
    ...shardFlags,
    ...queueFlags,
    ...traceFlags,
  },
  examples: [
    ['tintype', 'buy or draw what is missing and write the files'],
    ['tintype hero icon-home', 'only these two'],
    ['tintype --provider offline', 'stand-ins: no key, no network, no cost'],
    ['tintype --yes --max-cost 2.50', 'buy without a question, for at most $2.50'],
    ['tintype --frozen', 'buy nothing, fail if a picture is missing'],
    ['tintype --watch', 'follow the manifests while you write a page'],
    ['tintype --shard 2/5', 'the second of five parts; tintype merge joins them'],
  ],
  afterword: `
Exit codes:
  0    all delivered
  1    some images failed, the others were delivered; verify found a problem
  2    the manifest, config or command line is wrong, or a key is missing; nothing was done
  3    originals are missing and may not be bought, or the answer was no
  4    the plan costs more than the budget, or the budget ran out
  130  interrupted; Tintype waited for the pictures in flight and stored them

Whether a missing picture is bought: the first of these that applies decides.
  1. --missing (or --frozen), then TINTYPE_MISSING
  2. in CI: fail, whatever the config says
  3. missing in the config
  4. on a terminal: ask; --yes answers yes
  5. otherwise: fail

Environment:
  OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORG_ID, OPENAI_PROJECT_ID and REPLICATE_API_TOKEN, also from .env and .env.local
  TINTYPE_MISSING, TINTYPE_MAX_COST, TINTYPE_MAX_COST_PER_DAY and TINTYPE_SHARD, like the flags of these names; never from .env files
  TINTYPE_QUEUE, like --queue; never from .env files
  TINTYPE_CACHE_KEY and TINTYPE_CACHE_MODE, for a shared cache; never from .env files
  NO_COLOR turns colours off; FORCE_COLOR turns them on where there is no terminal
`,
  async action({ shell, flags, commands }, ids) {
    if (flags.batch === true) return (await import('./batch.ts')).submit(shell, flags, ids);
    const { generateSummary } = await import('../format/generate-summary.ts');
    const { queueUrl, withWorkers } = await import('../load-queue.ts');
    const { withMeantCommand } = await import('../meant-command.ts');
    const tell = (done: GenerateResult, { config }: Context, shard: Shard | null): void => {
      if (flags.quiet || flags.reporter === 'json') return;
      const outDir = config.outDir === null ? null : relative(shell.cwd, config.outDir) || '.';
      const storeDir = relative(shell.cwd, config.storeDir) || '.';
      const places = [storeDir, ...(config.storeRemote ? [config.storeRemote.label] : [])];
      say(shell.stdout, generateSummary(done, { outDir, storeDir: places.join(' and ') }, shard));
    };
    if (flags.watch === true) {
      const { watch } = await import('../watch.ts');
      return watch(shell, flags, ids, (done, context) => tell(done, context, null));
    }
    const { result, context, uncommitted, core, shard } = await withRun(
      shell,
      flags,
      async (core, context) => {
        if (!core.canBuy(context)) await core.warnOfDueBatches(context);
        const shard = core.readShard(flags.shard, context.realEnv);
        const counted = countingPurchases({ ...context, shard });
        const result = await withWorkers(
          queueUrl(flags.queue, context),
          counted.context,
          {
            isUrgent: false,
            isWatched: flags.quiet !== true || flags.reporter === 'json',
            isTraced: flags.traces === true,
          },
          async (queued) => core.generate(queued, ids),
        ).catch(async (error: unknown) => {
          if (counted.bought() > 0) await core.warnOfUncommitted(context, shell.cwd);
          throw withMeantCommand(error, ids, commands);
        });
        const uncommitted = result.bought > 0 ? await core.uncommittedPurchases(context) : null;
        return { result, context, uncommitted, core, shard };
      },
      { saysWhatIsDue: false },
    );
    tell(result, context, shard);
    if (uncommitted !== null && !flags.quiet && flags.reporter !== 'json') {
      const folders = { cwd: shell.cwd, storeDir: context.config.storeDir };
      shell.stdout.write(core.commitHint(uncommitted, folders));
    }
    return result.failed > 0 ? exitCodes.someFailed : exitCodes.delivered;
  },
});

/** A run that fails has no result but may have bought: for example after an interruption or a used-up budget. */
function countingPurchases(context: Context) {
  let bought = 0;
  const counting: Context = {
    ...context,
    report: (event) => {
      if (event.type === 'generated') bought++;
      context.report(event);
    },
  };
  return { context: counting, bought: () => bought };
}
