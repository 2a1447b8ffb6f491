import { Argument } from 'commander';
import { argument, command, type Value } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { buyFlags, orderFlags, projectFlags, runFlags, type RunFlags } from '../flags.ts';
import { say } from '../format/wrap.ts';
import { type Core, withRun } from '../run.ts';
import type { Shell } from '../shell.ts';

const actions = ['submit', 'status', 'collect', 'cancel', 'watch'] as const;
type Action = (typeof actions)[number];

export const batch = command({
  name: 'batch',
  summary: 'order pictures at half the price, and collect them within a day',
  description: `Orders what is missing through the provider's batch offer (OpenAI's costs half, and answers within 24 hours).

  submit [ids…]     order what is missing; collects first what is ready
  status            list the open batches; needs no network
  collect           record the pictures of the batches that have ended
  watch             collect every minute until no batch is open; waits for a network or an API that is away
  cancel [names…]   cancel batches; what is made by then is billed and collected

Images with batch: true in the manifest (or a preset, or defaults) are ordered in batches by tintype itself; batch: false keeps an image out.
A picture that is in a batch is not bought in any other way. Open batches are in .tintype/batches: commit them, so that any machine can collect.`,
  arguments: [
    new Argument('<op>', 'what to do').choices(actions) as Value<Action>,
    argument('[ids...]', 'images to order, or the names of batches to cancel'),
  ],
  flags: { ...buyFlags, ...projectFlags, ...runFlags, ...orderFlags },
  examples: [['tintype batch submit', 'order what is missing, at half the price']],
  action: ({ shell, flags }, action, names = []) => {
    const isRefused = names.length > 0 && action !== 'submit' && action !== 'cancel';
    return (isRefused ? refuseNames : acts[action])(shell, flags, names);
  },
});

/** Every action says what is open. */
const run: typeof withRun = (shell, flags, act) =>
  withRun(shell, flags, act, { saysWhatIsDue: false });

type Act = (shell: Shell, flags: RunFlags, names: readonly string[]) => Promise<number>;

const acts: Readonly<Record<Action, Act>> = {
  submit,
  async status(shell, flags) {
    const batches = await run(shell, flags, (core, context) => core.openBatches(context));
    await tell(shell, flags, (summary) => summary.openSummary(batches));
    return exitCodes.delivered;
  },
  collect: (shell, flags) => collect(shell, flags, (core, context) => core.collectProject(context)),
  watch: (shell, flags) => collect(shell, flags, (core, context) => core.watchBatches(context)),
  async cancel(shell, flags, names) {
    const batches = await run(shell, flags, (core, context) => core.cancelBatches(context, names));
    await tell(shell, flags, ({ openSummary }) =>
      batches.length === 0
        ? 'No batch was cancelled: tintype batch collect says what became of each.\n'
        : `Asked to cancel. tintype batch collect records what was made by then:\n${openSummary(batches)}`,
    );
    return exitCodes.delivered;
  },
};

/** Without this, `batch collect hat` would collect every batch. */
const refuseNames: Act = (shell, flags, names) =>
  run(shell, flags, async ({ TintypeError }) => {
    throw new TintypeError(
      'usage',
      `only tintype batch submit and tintype batch cancel take names, so "${names[0]}" cannot be here; nothing was done`,
    );
  });

/** Orders what is missing; `generate --batch` does the same. */
export async function submit(
  shell: Shell,
  flags: RunFlags,
  ids: readonly string[],
): Promise<number> {
  const result = await run(shell, flags, (core, context) => core.submitBatches(context, ids));
  await tell(shell, flags, ({ submitSummary }) => submitSummary(result));
  return exitCodes.delivered;
}

async function collect(
  shell: Shell,
  flags: RunFlags,
  ask: (
    core: Core,
    context: Parameters<Core['collectProject']>[0],
  ) => ReturnType<Core['collectProject']>,
): Promise<number> {
  const { states, isInterrupted } = await run(shell, flags, async (core, context) => ({
    states: await ask(core, context),
    isInterrupted: context.signal.aborted,
  }));
  await tell(shell, flags, ({ collectSummary }) => collectSummary(states));
  // Otherwise a script would take a batch that is still worked on for collected.
  if (isInterrupted && states.some(({ state }) => state === 'working'))
    return exitCodes.interrupted;
  return states.some(({ state, failed }) => state === 'unknown' || failed > 0)
    ? exitCodes.someFailed
    : exitCodes.delivered;
}

async function tell(
  shell: Shell,
  { quiet, reporter }: RunFlags,
  text: (summary: typeof import('../format/batch-summary.ts')) => string,
): Promise<void> {
  if (quiet === true || reporter === 'json') return;
  say(shell.stdout, text(await import('../format/batch-summary.ts')));
}
