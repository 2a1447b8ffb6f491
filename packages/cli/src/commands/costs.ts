import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { safeJson } from '../format/clean.ts';
import { withRun } from '../run.ts';

export const costs = command({
  name: 'costs',
  summary: 'say what the pictures in the store cost, bought directly and in batches',
  description:
    'Says what every picture in the store cost, by model, bought directly and in batches. It counts pictures that no manifest ' +
    'names today, too. Reads the store only, and needs no key and no network.',
  flags: {
    json: flag('--json', 'one JSON document on stdout instead of the table'),
    ...placeFlags,
  },
  examples: [['tintype costs', 'what was paid, directly and in batches']],
  async action({ shell, flags }) {
    const { stdout, stderr } = shell;
    const isJson = flags.json === true;
    const models = await withRun(shell, flags, (core, context) => core.readCosts(context), {
      results: isJson ? stderr : stdout,
    });
    if (isJson) stdout.write(`${safeJson({ version: 1, models }, 2)}\n`);
    else if (flags.reporter !== 'json') {
      const { costsTable } = await import('../format/costs-table.ts');
      stdout.write(costsTable(models));
    }
    return exitCodes.delivered;
  },
});
