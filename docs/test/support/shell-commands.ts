import { parse } from 'unbash';

interface ShellScript {
  /** The words of each command, as its program gets them: without variables that are set before it, and without redirections. */
  readonly commands: readonly (readonly string[])[];
  /** What is wrong with the syntax. */
  readonly problems: readonly string[];
}

export function shellCommands(script: string): ShellScript {
  const tree = parse(script);
  const problems = (tree.errors ?? []).map(({ message }) => message);
  const commands = nodesOf(tree).flatMap(({ type, name, suffix = [] }) => {
    if (type !== 'Command' || name === undefined) return [];
    return [[name, ...suffix.filter((part) => part.type === 'Word')].map(({ value }) => value)];
  });
  return { commands, problems };
}

interface Node {
  readonly type?: string;
  readonly name?: Word;
  readonly suffix?: readonly Word[];
}

interface Word {
  readonly type: string;
  readonly value: string;
}

/** The node and all nodes in it. */
function nodesOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(nodesOf)];
}
