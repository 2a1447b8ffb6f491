import type { Context } from '@tintype/core';
import { overridesOf, type RunFlags } from './flags.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createView } from './reporters/create-view.ts';
import type { Output, Shell } from './shell.ts';

export type Core = typeof import('@tintype/core');

/**
 * Loads the project and carries out `act` with a view open and Ctrl-C listened to, both closed again however it ends.
 * Core is loaded here, not at the top, so that `--help` need not wait for an image library.
 * `results`: where reporters that print results print them.
 */
export async function withRun<T>(
  shell: Shell,
  flags: RunFlags,
  act: (core: Core, context: Context) => Promise<T>,
  results: Output = shell.stdout,
): Promise<T> {
  const core = await import('@tintype/core');
  const project = await core.loadProject({
    cwd: shell.cwd,
    env: shell.env,
    ...(flags.root !== undefined && { root: flags.root }),
    ...(flags.config !== undefined && { config: flags.config }),
    overrides: overridesOf(flags),
  });
  const view = createView(shell, {
    name: flags.reporter,
    quiet: flags.quiet === true,
    root: project.config.root,
    results,
  });
  const interrupt = listenForInterrupt(shell, () => view.notice(DRAINING));
  try {
    const clock = { ...core.systemClock, now: shell.now };
    const context = { ...clock, ...project, report: view.report, signal: interrupt.signal };
    const result = await act(core, context);
    view.close();
    return result;
  } catch (error) {
    view.close(error);
    throw error;
  } finally {
    interrupt.stop();
  }
}

const DRAINING =
  'Interrupted: pictures in flight are awaited and stored. Press Ctrl-C again to stop at once.';
