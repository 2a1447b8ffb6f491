import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Reporter } from '@tintype/core';
import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Core, withRun } from '../run.ts';

export const types = command({
  name: 'types',
  summary: 'write the types of what the plugin of a bundler imports',
  description:
    'Writes tintype-env.d.ts without a build: one exact declaration for each image. Use it in a ' +
    'new clone that checks types before its first build. Spends nothing.',
  flags: {
    out: flag(
      '--out <file>',
      "the path, relative to the folder of the bundler's config (default: tintype-env.d.ts)",
    ),
    root: flag('--root <dir>', "the folder of the bundler's config (default: the working folder)"),
    quiet: flag('--quiet', 'print nothing'),
  },
  async action({ shell, flags }) {
    const { root, out, quiet } = flags;
    const cwd = root === undefined ? shell.cwd : resolve(shell.cwd, root);
    const { path, isWritten } = await withRun(shell, flags, async (core, { report }) => {
      const { writeProjectTypes } = await pluginOf(core, cwd);
      return writeProjectTypes({
        cwd,
        ...(root !== undefined && { root: '.' }),
        ...(out !== undefined && { file: out }),
        report,
      });
    });
    const file = relative(shell.cwd, path);
    if (!quiet) shell.stdout.write(isWritten ? `wrote ${file}\n` : `${file} is up to date\n`);
    return exitCodes.delivered;
  },
});

/** The plugin's export that this command uses. */
interface PluginTypes {
  readonly writeProjectTypes: (request: {
    readonly cwd: string;
    readonly root?: string;
    readonly file?: string;
    readonly report: Reporter;
  }) => Promise<{ readonly path: string; readonly isWritten: boolean }>;
}

/** The project's own plugin, because its version decides the types. */
async function pluginOf({ TintypeError }: Core, cwd: string): Promise<PluginTypes> {
  const { resolve } = createRequire(join(cwd, 'package.json'));
  let cause: unknown;
  for (const plugin of ['vite-plugin-tintype', 'tintype-unplugin']) {
    let path: string;
    try {
      path = resolve(`${plugin}/types`);
    } catch (error) {
      cause ??= error;
      continue;
    }
    return (await import(pathToFileURL(path).href)) as PluginTypes;
  }
  throw new TintypeError(
    'usage',
    'this command needs the plugin of a bundler, and none is installed here: npm install --save-dev vite-plugin-tintype (Vite) or tintype-unplugin (webpack, Rspack, Rollup, Rolldown, esbuild)',
    { cause },
  );
}
