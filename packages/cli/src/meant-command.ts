import { nearest, TintypeError } from '@tintype/core';
import { isTintypeError } from './explain-error.ts';

/** `generate` runs if no command is named, so a misspelt command arrives here as the id of an image. */
export function withMeantCommand(
  error: unknown,
  ids: readonly string[],
  commands: readonly string[],
): unknown {
  if (!isTintypeError(error) || error.code !== 'usage') return error;
  const unknownIds = ids.filter((id) => error.message.includes(id));
  const command = unknownIds.map((id) => nearest(id, commands)).find((near) => near !== null);
  if (command === undefined || command === null) return error;
  const hint = `Did you mean the command '${command}'? It comes first: tintype ${command}`;
  return new TintypeError(error.code, `${error.message}\n${hint}`, { cause: error });
}
