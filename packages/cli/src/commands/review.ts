import type { Context } from '@tintype/core';
import { EXIT } from '../exit-codes.ts';
import { overridesOf, type RunFlags } from '../flags.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { writeRedirect } from '../redirect-file.ts';
import { withRun } from '../run.ts';
import type { Shell } from '../shell.ts';

export interface ReviewFlags extends RunFlags {
  readonly port?: number;
  readonly open?: boolean;
}

/** Serves the contact sheet on this machine until Ctrl-C, which waits for a purchase in flight. */
export async function reviewCommand(shell: Shell, flags: ReviewFlags): Promise<number> {
  await withRun(shell, flags, async (core, first) => {
    const { serveSheet } = await import('@tintype/sheet');
    // Read the config each time, because it may change while the page is open.
    const context = async (): Promise<Context> => {
      const project = await core.loadProject({
        cwd: shell.cwd,
        env: shell.env,
        root: first.config.root,
        ...(flags.config !== undefined && { config: flags.config }),
        overrides: overridesOf(flags),
      });
      return { ...first, ...project };
    };
    const server = await serveSheet({ context, port: flags.port ?? 0 });
    shell.stdout.write(`${server.url}\n`);
    const close = flags.open ? openSheet(server.url, shell) : () => {};
    await aborted(first.signal);
    close();
    await server.close();
  });
  return EXIT.delivered;
}

/** Opens the page. The address contains a token, so it is passed on in a file. Returns a function that removes the file. */
function openSheet(url: string, shell: Shell): () => void {
  const { path, remove } = writeRedirect(url);
  const stop = shell.onExit(remove);
  openInBrowser(path, shell.env, (problem) => shell.stderr.write(`${problem}\n`));
  return () => {
    stop();
    remove();
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}
