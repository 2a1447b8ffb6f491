import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { safeJson } from '../format/clean.ts';
import { withRun } from '../run.ts';

export const report = command({
  name: 'report',
  summary: 'say what the files weigh, and what formats and widths save',
  description:
    'Says what the files in the output folder weigh by format, which formats pages are offered, and what a browser loads that ' +
    'shows each picture once. Reads the asset map of the last run only, and needs no key and no network.',
  flags: {
    json: flag('--json', 'one JSON document on stdout instead of the table'),
    ...placeFlags,
  },
  examples: [['tintype report', 'what the last run wrote']],
  async action({ shell, flags }) {
    const { stdout, stderr } = shell;
    const isJson = flags.json === true;
    const found = await withRun(shell, flags, (core, context) => core.readReport(context), {
      results: isJson ? stderr : stdout,
    });
    if (isJson) stdout.write(`${safeJson({ version: 1, report: found }, 2)}\n`);
    else if (flags.reporter !== 'json') {
      const { reportTable } = await import('../format/report-table.ts');
      stdout.write(reportTable(found));
    }
    return exitCodes.delivered;
  },
});
