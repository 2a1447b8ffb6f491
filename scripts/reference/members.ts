/** A member of an interface, as its source documents it. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** `null`: its comment names no default. */
  readonly usual: string | null;
}

/**
 * The members of an exported interface of a formatted source, with their comments. A member whose type is a map of members is left
 * out, and its members are named after it: `store.dir`.
 */
export function membersOf(source: string, name: string): readonly Member[] {
  const start = source.indexOf(`export interface ${name} {\n`);
  const body = source.slice(source.indexOf('\n', start) + 1, source.indexOf('\n}\n', start));
  const members: Member[] = [];
  const outer: string[] = [];
  let comment = '';
  for (const line of body.split('\n').map((text) => text.trim())) {
    const [, member, type = ''] = /^readonly (\w+)\??: (.*?);?$/.exec(line) ?? [];
    if (line === '};') outer.pop();
    else if (member === undefined) comment += `${line}\n`;
    else if (type === '{') {
      outer.push(member);
      comment = '';
    } else {
      members.push({ name: [...outer, member].join('.'), type, ...partsOf(comment) });
      comment = '';
    }
  }
  return members;
}

function partsOf(comment: string): Pick<Member, 'help' | 'usual'> {
  const text = comment
    .split('\n')
    .map((line) => line.replace(/^\/\*\*\s?|\s*\*\/$|^\*\s?/g, ''))
    .join(' ')
    .replaceAll(String.raw`*\/`, '*/')
    .trim();
  const [help = '', usual = null] = text.split(/\s*@default\s+/);
  return { help: help.trim(), usual: usual?.trim() ?? null };
}
