import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { safeJson } from '../format/clean.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const report = command({
  name: 'report',
  summary: 'say what the files weigh, and what formats and widths save',
  description:
    'Says what the files in the output folder weigh by format, which formats pages are offered, and what a browser loads that ' +
    'shows each picture once. Reads the asset map of the last run only, and needs no key and no network. With --measure, also ' +
    'says how the files of the stored pictures look (SSIMULACRA 2: 100 is equal, from 90 on nobody sees a difference, 70 is high ' +
    'quality), and what sharp makes of the same pixels at its defaults, as other tools do. The first time, that takes about a second for ' +
    'each file; then the cache has it.',
  flags: {
    measure: flag(
      '--measure',
      'compare each file with its picture, and with the defaults of other tools',
    ),
    json: flag('--json', 'one JSON document on stdout instead of the table'),
    ...placeFlags,
  },
  examples: [
    ['tintype report', 'what the last run wrote'],
    ['tintype report --measure', 'and how its files look'],
  ],
  async action({ shell, flags }) {
    const { stdout, stderr } = shell;
    const isJson = flags.json === true;
    const isMeasured = flags.measure === true;
    if (isMeasured && flags.quiet !== true)
      say(
        stderr,
        'Compares each file with its picture. The first time, that takes about a second for each.\n',
      );
    const [found, measured] = await withRun(
      shell,
      flags,
      async (core, context) => [
        await core.readReport(context),
        isMeasured ? await core.measureFiles(context, []) : null,
      ],
      { results: isJson ? stderr : stdout },
    );
    if (isJson) {
      const document = {
        version: 1,
        report: found,
        ...(measured !== null && { measured: measured.files }),
      };
      stdout.write(`${safeJson(document, 2)}\n`);
    } else if (flags.reporter !== 'json') {
      const { reportTable } = await import('../format/report-table.ts');
      stdout.write(reportTable(found));
      if (measured !== null) {
        const { looksTable } = await import('../format/looks-table.ts');
        stdout.write(looksTable(measured.files));
      }
    }
    return (measured?.failed ?? 0) > 0 ? exitCodes.someFailed : exitCodes.delivered;
  },
});
