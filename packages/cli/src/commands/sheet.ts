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
    base: flag(
      '--base <ref>',
      'show what differs from the merge base with a branch or commit: pictures before and after, cost, bytes',
    ),
    markdown: flag(
      '--markdown',
      'with --base: print the change as a comment for a pull request, too',
    ),
    out: flag('--out <file>', 'the path, relative to the project (default: tintype-sheet.html)'),
    ...projectFlags,
  },
  examples: [
    ['tintype sheet --base origin/main', 'the pictures of a pull request, before and after'],
    [
      'tintype sheet --base origin/main --markdown > comment.md',
      'the same, and a comment about it',
    ],
  ],
  async action({ shell, flags }) {
    const { base, markdown } = flags;
    const written = await withRun(
      shell,
      flags,
      async ({ count, fileSize, TintypeError }, context) => {
        if (markdown && base === undefined)
          throw new TintypeError('usage', '--markdown goes with --base');
        const { writeSheet } = await import('@tintype/sheet');
        const { file, bytes, images, pictures, changes } = await writeSheet(context, flags.out, {
          base: base ?? null,
        });
        if (markdown && changes !== null) {
          const { changesMarkdown } = await import('../format/changes-markdown.ts');
          return changesMarkdown(changes);
        }
        const path = cleanLine(relative(shell.cwd, file));
        const what = `${count(images, 'image')}, ${count(pictures, 'picture')}`;
        return `${path} written: ${what}, ${fileSize(bytes)}.\n`;
      },
    );
    if (markdown) shell.stdout.write(written);
    else if (!flags.quiet && flags.reporter !== 'json') say(shell.stdout, written);
    return exitCodes.delivered;
  },
});
