import type { Context } from '@tintype/core';
import { overridesOf, type RunFlags } from './flags.ts';
import { say } from './format/wrap.ts';
import type { Output, Shell } from './shell.ts';

export type Core = typeof import('@tintype/core');

/**
 * Loads the project and runs `act` with an open view and a handler for Ctrl-C, and always closes both. It loads core and the
 * reporters here and not at the top, so that `--help` does not wait for them. `results`: the stream for reporters that print
 * results. `saysWhatIsDue`: whether to warn about batches that are due for collection; a command that collects says `false`.
 */
export async function withRun<T>(
  shell: Shell,
  flags: RunFlags,
  act: (core: Core, context: Context) => Promise<T>,
  { results = shell.stdout, saysWhatIsDue = true }: RunOptions = {},
): Promise<T> {
  const core = await import('@tintype/core');
  const { createView } = await import('./reporters/create-view.ts');
  const { isError, isProblem } = await import('./format/problem.ts');
  const { moreAbout } = await import('./format/more-about.ts');
  const project = await load(core, shell, flags);
  const view = createView(shell, {
    name: flags.reporter,
    quiet: flags.quiet === true,
    root: project.config.root,
    results,
  });
  const codes = new Set<string>();
  let isAsking = false;
  const interrupt = core.listenForInterrupts(shell.process, () => {
    // Nothing is in flight yet.
    if (!isAsking) view.notice(draining);
  });
  const confirm = (): Pick<Context, 'confirm'> => {
    if (flags.yes) return { confirm: async () => true };
    if (shell.terminal === null) return {};
    const ask = core.confirmOnTerminal({ ...shell.terminal, signal: interrupt.signal });
    return {
      confirm: async (offer) => {
        const resume = view.pause?.();
        isAsking = true;
        try {
          return await ask(offer);
        } finally {
          isAsking = false;
          resume?.();
        }
      },
    };
  };
  try {
    const clock = { ...core.systemClock, now: shell.now };
    const report: Context['report'] = (event) => {
      if (isProblem(event) && isError(event)) codes.add(event.code);
      view.report(event);
    };
    const reporting = { ...project, report, signal: interrupt.signal };
    const context = { ...clock, ...reporting, ...confirm() };
    if (saysWhatIsDue) await core.warnOfDueBatches(context);
    const result = await act(core, context);
    view.close();
    if (flags.reporter !== 'json') say(shell.stderr, moreAbout(codes));
    return result;
  } catch (error) {
    view.close(error);
    throw error;
  } finally {
    interrupt.stop();
  }
}

/** The same run with its config as it is now, for a command that runs while the config may change. */
export async function reread(
  core: Core,
  shell: Shell,
  flags: RunFlags,
  first: Context,
): Promise<Context> {
  return { ...first, ...(await load(core, shell, { ...flags, root: first.config.root })) };
}

function load(core: Core, { cwd, env }: Shell, flags: RunFlags): ReturnType<Core['loadProject']> {
  return core.loadProject({
    cwd,
    env,
    // Bun has read the .env files of the folder by itself.
    mayHoldFiles: process.versions['bun'] !== undefined,
    ...(flags.root !== undefined && { root: flags.root }),
    ...(flags.config !== undefined && { config: flags.config }),
    ...(flags.order !== undefined && { order: flags.order }),
    overrides: overridesOf(flags),
  });
}

interface RunOptions {
  readonly results?: Output;
  readonly saysWhatIsDue?: boolean;
}

const draining =
  'Interrupted: waiting for the pictures in flight, to store them. Press Ctrl-C again to stop at once.';
