import { relative } from 'node:path';
import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { projectFlags } from '../flags.ts';
import { cleanLine } from '../format/clean.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const sheet = command({
  name: 'sheet',
  summary: 'write the contact sheet: every image with its state, on one page',
  description:
    'Writes the contact sheet as one HTML file: every image with its candidates, prompt, cost and files. The file needs no ' +
    'network and no other file, so CI can keep it as an artefact. Spends nothing.',
  flags: {
    out: flag('--out <file>', 'the path, relative to the project (default: tintype-sheet.html)'),
    ...projectFlags,
  },
  async action({ shell, flags }) {
    const written = await withRun(shell, flags, async ({ count, fileSize }, context) => {
      const { writeSheet } = await import('@tintype/sheet');
      const { file, bytes, images, pictures } = await writeSheet(context, flags.out);
      const path = cleanLine(relative(shell.cwd, file));
      const what = `${count(images, 'image')}, ${count(pictures, 'picture')}`;
      return `${path} written: ${what}, ${fileSize(bytes)}.`;
    });
    if (!flags.quiet && flags.reporter !== 'json') say(shell.stdout, `${written}\n`);
    return exitCodes.delivered;
  },
});
