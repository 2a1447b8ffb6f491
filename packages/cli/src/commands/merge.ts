import { relative, resolve } from 'node:path';
import { argument, command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { projectFlags } from '../flags.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const merge = command({
  name: 'merge',
  summary: 'join what the shards of a run bought and encoded on other machines',
  description:
    'Joins what the shards of a run left on other machines, and writes the files and the asset map of the whole project. ' +
    'Each folder has the store (.tintype) and the cache (node_modules/.cache/tintype) of a shard, in their places in the ' +
    'project. Buys nothing. If a picture is still missing, names it; what the shards bought is in the store then.',
  arguments: [argument('<dirs...>', 'a folder for each shard')],
  flags: projectFlags,
  examples: [['tintype merge shards/*', 'join what the jobs of tintype --shard left']],
  async action({ shell, flags }, dirs) {
    const { generateSummary } = await import('../format/generate-summary.ts');
    const folders = dirs.map((dir) => resolve(shell.cwd, dir));
    const { result, config, uncommitted, core } = await withRun(
      shell,
      flags,
      async (core, context) => {
        const result = await core.mergeShards(context, folders);
        const uncommitted = result.adopted > 0 ? await core.uncommittedPurchases(context) : null;
        return { result, config: context.config, uncommitted, core };
      },
    );
    if (!flags.quiet && flags.reporter !== 'json') {
      const outDir = config.outDir === null ? null : relative(shell.cwd, config.outDir) || '.';
      const storeDir = relative(shell.cwd, config.storeDir) || '.';
      const { shards, adopted } = result;
      say(
        shell.stdout,
        `${core.count(shards.length, 'shard')} merged, with ${core.count(adopted, 'purchase')} that ${adopted === 1 ? 'is' : 'are'} new here.\n`,
      );
      say(shell.stdout, generateSummary(result, { outDir, storeDir }));
      if (uncommitted !== null) {
        const folders = { cwd: shell.cwd, storeDir: config.storeDir };
        shell.stdout.write(core.commitHint(uncommitted, folders));
      }
    }
    return result.failed > 0 ? exitCodes.someFailed : exitCodes.delivered;
  },
});
