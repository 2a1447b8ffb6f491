import { argument, command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { isTintypeError } from '../explain-error.ts';
import { orderFlags, partialFlags, projectFlags, runFlags, shardFlags } from '../flags.ts';
import { safeJson } from '../format/clean.ts';
import { colorsFor } from '../format/colors.ts';
import { widthOf } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const plan = command({
  name: 'plan',
  summary: 'show what generate would do and cost; spends nothing, writes nothing',
  description:
    'Shows what generate would do and cost. Spends nothing, writes nothing, and needs no key.',
  arguments: [argument('[ids...]', 'images to plan')],
  flags: {
    json: flag('--json', 'print one JSON document on stdout instead of the table'),
    markdown: flag(
      '--markdown',
      'print Markdown for a comment on a pull request instead of the table',
    ).conflicts('json'),
    base: flag(
      '--base <ref>',
      'with --markdown or --json: show what is new, changed and gone compared with another branch, such as origin/main, where this one left it; git only reads',
    ),
    ...projectFlags,
    ...runFlags,
    ...partialFlags,
    ...orderFlags,
    ...shardFlags,
  },
  examples: [
    ['tintype plan', 'what a run would buy, and for how much'],
    ['tintype plan --markdown --base origin/main', 'the same as a comment on a pull request'],
  ],
  async action({ shell, flags }, ids) {
    const { stdout, stderr } = shell;
    const { base, json, markdown } = flags;
    const isDocument = json === true || markdown === true;
    const run = await withRun(
      shell,
      flags,
      async (core, given) => {
        if (base !== undefined && !isDocument)
          throw new core.TintypeError('usage', '--base goes with --markdown or --json');
        const context = { ...given, shard: core.readShard(flags.shard, given.realEnv) };
        const changes = base === undefined ? null : await core.planChanges(context, ids, base);
        return {
          plan: changes?.plan ?? (await core.planProject(context, ids)),
          changes,
          uncommitted: isDocument ? null : await core.uncommittedPurchases(context),
          config: context.config,
          core,
        };
      },
      // Stdout is one document.
      { results: isDocument ? stderr : stdout },
    ).catch(async (error: unknown) => {
      if (markdown && isTintypeError(error) && error.diagnostics.length > 0) {
        const { mistakesMarkdown } = await import('../format/plan-markdown.ts');
        stdout.write(mistakesMarkdown(error.diagnostics));
      }
      throw error;
    });
    const { plan, changes, uncommitted, config, core } = run;
    const { maxCostUsd, storeDir } = config;
    const totals = { maxCostUsd, toBuy: core.toBuy(plan.rows) };
    if (json) {
      const { planDocument } = await import('../format/plan-document.ts');
      stdout.write(`${safeJson(planDocument(plan, changes), 2)}\n`);
    } else if (markdown) {
      const { planMarkdown } = await import('../format/plan-markdown.ts');
      const compared = changes === null ? null : { ...changes, ref: base ?? '' };
      stdout.write(planMarkdown(plan, compared, totals));
    } else if (flags.reporter !== 'json') {
      const { planTable } = await import('../format/plan-table.ts');
      const colors = colorsFor(stdout, shell.env);
      stdout.write(planTable(plan, { ...totals, colors, width: widthOf(stdout) }));
      const folders = { cwd: shell.cwd, storeDir };
      const hint = uncommitted && core.staleHint(uncommitted, folders, shell.now());
      if (hint !== null) stdout.write(hint);
    }
    return exitCodes.delivered;
  },
});
