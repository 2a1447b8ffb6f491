import { dirname, resolve } from 'node:path';
import { argument, command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { cleanLine, safeJson } from '../format/clean.ts';
import { say } from '../format/wrap.ts';
import { schemaPath } from '../init-files/schema-path.ts';
import { withRun } from '../run.ts';

export const importCommand = command({
  name: 'import',
  summary: 'take pictures that you have already into the store; costs nothing',
  description:
    'Makes a record of each picture (PNG, JPEG, WebP, AVIF, GIF) in a folder, as if it had been bought at no cost, and writes a manifest that ' +
    'names them. A file hero.json ({ "prompt": "…", "alt": "…" }) or hero.txt (the prompt) beside hero.png says what it was made from. ' +
    'Import AI-made pictures only: the files of every image say that AI made it.',
  arguments: [argument('<folder>', 'the folder with the pictures, which stays as it is')],
  flags: {
    to: flag(
      '--to <file>',
      'the manifest to write, which must not exist (default: imported.images.yaml)',
    ),
    json: flag('--json', 'one JSON document on stdout instead of the text'),
    ...placeFlags,
  },
  examples: [['tintype import art', 'start with the pictures that you have']],
  async action({ shell, flags }, folder) {
    const { stdout, stderr } = shell;
    const run = await withRun(
      shell,
      flags,
      async (core, context) => {
        const { root } = context.config;
        const manifest =
          flags.to === undefined
            ? resolve(root, 'imported.images.yaml')
            : resolve(shell.cwd, flags.to);
        const schema = schemaPath(dirname(manifest), root);
        const request = { folder: resolve(shell.cwd, folder), manifest, schema };
        return { core, result: await core.importPictures(context, request) };
      },
      { results: flags.json ? stderr : stdout },
    );
    const { core, result } = run;
    if (flags.json) stdout.write(`${safeJson({ version: 1, ...result }, 2)}\n`);
    else if (flags.reporter !== 'json' && !flags.quiet) {
      for (const { file, reason } of result.skipped)
        say(stderr, `${cleanLine(`not imported: ${file}: ${reason}`)}\n`);
      const withoutAlt = result.imported.filter(({ toWrite }) => toWrite.includes('alt')).length;
      const next =
        withoutAlt === 0
          ? ''
          : ` ${core.count(withoutAlt, 'picture')} there ${withoutAlt === 1 ? 'needs' : 'need'} an alt, or decorative: true.`;
      say(
        stdout,
        result.manifest === null
          ? 'Nothing to import.\n'
          : `${core.count(result.imported.length, 'picture')} imported into the store and named in ${result.manifest}.${next}\n`,
      );
    }
    return exitCodes.delivered;
  },
});
