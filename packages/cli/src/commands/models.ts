import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { safeJson } from '../format/clean.ts';
import { withRun } from '../run.ts';

export const models = command({
  name: 'models',
  summary: 'list the models that Tintype knows: prices, sizes, qualities, and when they end',
  description:
    'Lists the models of the built-in table and those of your config: sizes, qualities, what a picture costs, what else they can ' +
    'do, when they are shut down, and what replaces them. Needs no key and no network; tintype check --online asks the API.',
  flags: {
    json: flag('--json', 'one JSON document on stdout instead of the table'),
    ...placeFlags,
  },
  examples: [['tintype models', 'what there is, and what a picture costs']],
  async action({ shell, flags }) {
    const { stdout, stderr } = shell;
    const isJson = flags.json === true;
    const known = await withRun(shell, flags, (core, context) => core.listKnownModels(context), {
      results: isJson ? stderr : stdout,
    });
    if (isJson) stdout.write(`${safeJson({ version: 1, ...known }, 2)}\n`);
    else if (flags.reporter !== 'json') {
      const { modelsTable } = await import('../format/models-table.ts');
      stdout.write(modelsTable(known));
    }
    return exitCodes.delivered;
  },
});
