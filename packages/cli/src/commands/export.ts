import { resolve } from 'node:path';
import { argument, command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { cleanLine, safeJson } from '../format/clean.ts';
import { say } from '../format/wrap.ts';
import { withRun } from '../run.ts';

export const exportCommand = command({
  name: 'export',
  summary: 'copy originals, with what they were made from, into a folder',
  description:
    'Copies the originals of images, unchanged, into a folder: hero.png, and hero.json, which says the prompt, the request and the cost. ' +
    'Never replaces a file with other bytes. Another project can import the folder.',
  arguments: [
    argument('<folder>', 'the folder to write into'),
    argument('[ids...]', 'images to export (default: all)'),
  ],
  flags: {
    json: flag('--json', 'one JSON document on stdout instead of the text'),
    ...placeFlags,
  },
  examples: [['tintype export art', 'the paid pictures as plain files']],
  async action({ shell, flags }, folder, ids) {
    const { stdout, stderr } = shell;
    const { core, result } = await withRun(
      shell,
      flags,
      async (core, context) => ({
        core,
        result: await core.exportOriginals(context, resolve(shell.cwd, folder), ids),
      }),
      { results: flags.json ? stderr : stdout },
    );
    const { files, written, missing } = result;
    if (flags.json) stdout.write(`${safeJson({ version: 1, ...result }, 2)}\n`);
    else if (flags.reporter !== 'json') {
      for (const { id, reason } of missing)
        say(stderr, `${cleanLine(`not exported: ${id}: ${reason}`)}\n`);
      if (!flags.quiet)
        say(stdout, `${core.count(files.length, 'file')} in ${folder}, ${written} of them new.\n`);
    }
    return missing.length > 0 ? exitCodes.someFailed : exitCodes.delivered;
  },
});
