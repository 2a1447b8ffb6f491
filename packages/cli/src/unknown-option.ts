import type { Command } from 'commander';

/** Commander's message about a mistake on the command line, with the commands that do take the option. */
export function withTakers(text: string, command: Command, commands: readonly Command[]): string {
  const flag = /^error: unknown option '(--[^']+)'/.exec(text)?.[1];
  const takers = commands
    .filter(({ options }) => options.some(({ long }) => long === flag))
    .map((taker) => taker.name());
  if (takers.length === 0) return text;
  const listed = new Intl.ListFormat('en-GB').format(takers);
  const verb = takers.length === 1 ? 'does' : 'do';
  return `error: unknown option '${flag}': ${command.name()} does not take it, ${listed} ${verb}\n`;
}
