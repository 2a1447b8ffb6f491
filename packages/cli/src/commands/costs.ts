import type { Context } from '@tintype/core';
import { choice, command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { safeJson } from '../format/clean.ts';
import { type Core, withRun } from '../run.ts';

const groupings = ['model', 'day', 'manifest', 'image', 'person'] as const;

export const costs = command({
  name: 'costs',
  summary: 'say what the pictures in the store cost, bought directly and in batches',
  description:
    'Says what every picture in the store cost, by model or in other groups, bought directly and in batches. It counts pictures that no manifest ' +
    'names today, too. A person is the author of the commit that added the record. Reads the store, and git for persons; needs no key and ' +
    'no network.',
  flags: {
    by: choice('--by <what>', 'a row for each of them (default: model)', groupings),
    json: flag('--json', 'one JSON document on stdout instead of the table'),
    ...placeFlags,
  },
  examples: [
    ['tintype costs', 'what was paid, directly and in batches'],
    ['tintype costs --by day', 'what was paid on each day (UTC)'],
    ['tintype costs --by person', 'who bought it, as git knows'],
  ],
  async action({ shell, flags }) {
    const { stdout, stderr } = shell;
    const isJson = flags.json === true;
    const { by = 'model' } = flags;
    const read = async (core: Core, context: Context) =>
      by === 'model'
        ? ({ models: await core.readCosts(context) } as const)
        : ({ by, groups: await core.readCostsBy(context, by) } as const);
    const result = await withRun(shell, flags, read, { results: isJson ? stderr : stdout });
    if (isJson) stdout.write(`${safeJson({ version: 1, ...result }, 2)}\n`);
    else if (flags.reporter !== 'json') {
      const { costsTable, groupsTable } = await import('../format/costs-table.ts');
      stdout.write(
        result.models === undefined
          ? groupsTable(result.by, result.groups)
          : costsTable(result.models),
      );
    }
    return exitCodes.delivered;
  },
});
