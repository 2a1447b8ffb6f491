import { EXIT } from '../exit-codes.ts';
import type { PlaceFlags } from '../flags.ts';
import { cleanLine } from '../format/clean.ts';
import { withRun } from '../run.ts';
import type { Shell } from '../shell.ts';
import { say } from '../format/wrap.ts';

/** Writes the candidate to deliver into an image's manifest. */
export async function pickCommand(
  shell: Shell,
  id: string,
  candidate: number,
  flags: PlaceFlags,
): Promise<number> {
  const { place, isChanged, isConfirmed } = await withRun(shell, flags, (core, context) =>
    core.pickCandidate(context, id, candidate),
  );
  if (!flags.quiet && flags.reporter !== 'json') {
    const at = cleanLine(`${place.file}:${place.line}`);
    const kept = isConfirmed ? `keeps pick: ${candidate}` : `picks ${candidate} already`;
    const done = isChanged ? `pick: ${candidate} written` : kept;
    say(shell.stdout, `${id}: ${done} (${at}).\n`);
  }
  return EXIT.delivered;
}
