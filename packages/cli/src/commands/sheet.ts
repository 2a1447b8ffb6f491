import { relative } from 'node:path';
import { EXIT } from '../exit-codes.ts';
import type { ProjectFlags } from '../flags.ts';
import { count, fileSize } from '../format/amounts.ts';
import { cleanLine } from '../format/clean.ts';
import { withRun } from '../run.ts';
import type { Shell } from '../shell.ts';
import { say } from '../format/wrap.ts';

export interface SheetFlags extends ProjectFlags {
  readonly out?: string;
}

/** Writes the contact sheet as one file. Spends nothing. */
export async function sheetCommand(shell: Shell, flags: SheetFlags): Promise<number> {
  const written = await withRun(shell, flags, async (_, context) => {
    const { writeSheet } = await import('@tintype/sheet');
    return writeSheet(context, flags.out);
  });
  if (!flags.quiet && flags.reporter !== 'json') {
    const { file, bytes, images, pictures } = written;
    const path = cleanLine(relative(shell.cwd, file));
    const what = `${count(images, 'image')}, ${count(pictures, 'picture')}`;
    say(shell.stdout, `${path} written: ${what}, ${fileSize(bytes)}.\n`);
  }
  return EXIT.delivered;
}
