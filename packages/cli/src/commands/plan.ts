import { argument, command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { orderFlags, projectFlags, runFlags, shardFlags } from '../flags.ts';
import { safeJson } from '../format/clean.ts';
import { colorsFor } from '../format/colors.ts';
import { widthOf } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const plan = command({
  name: 'plan',
  summary: 'say what generate would do and cost; spends nothing, writes nothing',
  description:
    'Says what generate would do and cost. Spends nothing, writes nothing, and needs no key.',
  arguments: [argument('[ids...]', 'images to plan')],
  flags: {
    json: flag('--json', 'one JSON document on stdout instead of the table'),
    ...projectFlags,
    ...runFlags,
    ...orderFlags,
    ...shardFlags,
  },
  examples: [['tintype plan', 'what would be made, and for how much']],
  async action({ shell, flags }, ids) {
    const { stdout, stderr } = shell;
    const run = await withRun(
      shell,
      flags,
      async (core, context) => ({
        plan: await core.planProject(
          { ...context, shard: core.readShard(flags.shard, context.realEnv) },
          ids,
        ),
        uncommitted: flags.json ? null : await core.uncommittedPurchases(context),
        config: context.config,
        core,
      }),
      // Stdout is one document.
      flags.json ? stderr : stdout,
    );
    const { plan, uncommitted, config, core } = run;
    if (flags.json) {
      const { planDocument } = await import('../format/plan-document.ts');
      stdout.write(`${safeJson(planDocument(plan), 2)}\n`);
    } else if (flags.reporter !== 'json') {
      const { planTable } = await import('../format/plan-table.ts');
      const colors = colorsFor(stdout, shell.env);
      const toBuy = core.toBuy(plan.rows);
      const { maxCostUsd, storeDir } = config;
      stdout.write(planTable(plan, { colors, maxCostUsd, toBuy, width: widthOf(stdout) }));
      const folders = { cwd: shell.cwd, storeDir };
      const hint = uncommitted && core.staleHint(uncommitted, folders, shell.now());
      if (hint !== null) stdout.write(hint);
    }
    return exitCodes.delivered;
  },
});
