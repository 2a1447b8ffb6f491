import picocolors from 'picocolors';
import type { Output, Shell } from '../shell.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

/**
 * Colours for one stream: on a terminal that is not dumb, and elsewhere with `FORCE_COLOR` (any value but `0`). Never with
 * `NO_COLOR` (https://no-color.org).
 */
export function colorsFor(stream: Output, env: Shell['env']): Colors {
  const { NO_COLOR, FORCE_COLOR = '', TERM } = env;
  const isForced = FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const isOn = isForced || (FORCE_COLOR !== '0' && stream.isTTY === true && TERM !== 'dumb');
  return picocolors.createColors(!NO_COLOR && isOn);
}
