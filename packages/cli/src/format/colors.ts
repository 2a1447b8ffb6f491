import picocolors from 'picocolors';
import type { Output, Shell } from '../shell.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for one stream: only on a terminal that is not dumb, and never under `NO_COLOR` (https://no-color.org). */
export function colorsFor(stream: Output, env: Shell['env']): Colors {
  return picocolors.createColors(
    stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
  );
}
