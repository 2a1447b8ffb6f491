import type { Env } from '../process/env-files.ts';
import { gitIn } from '../process/git.ts';

/** What git would change in a store's files, in words that follow "git would"; `paths` are relative to `dir`. */
export interface GitChange {
  readonly path: string;
  readonly attribute: string;
  readonly files: number;
}

/** The attributes by which git would change paid bytes, each with the first file that it applies to. Empty without git. */
export async function changesByGit(
  dir: string,
  realEnv: Env,
  paths: readonly string[],
): Promise<readonly GitChange[]> {
  if (paths.length === 0) return [];
  const names = ['text', 'eol', 'ident', 'filter', 'working-tree-encoding'];
  const input = paths.map((path) => `${path}\0`).join('');
  const args = ['check-attr', '--stdin', '-z', ...names];
  const output = await gitIn(dir, realEnv)(args, input).catch(() => '');
  const fields = output.split('\0');
  const byPath = new Map<string, Map<string, string>>();
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = '', name = '', value = ''] = fields.slice(at, at + 3);
    byPath.set(path, (byPath.get(path) ?? new Map<string, string>()).set(name, value));
  }
  const changes = new Map<string, GitChange>();
  for (const [path, values] of byPath) {
    const attribute = harmful((name) => values.get(name) ?? 'unspecified', path);
    if (attribute === null) continue;
    const { path: first, files } = changes.get(attribute) ?? { path, files: 0 };
    changes.set(attribute, { path: first, attribute, files: files + 1 });
  }
  return [...changes.values()];
}

/**
 * An attribute by which git changes a file, as written in `.gitattributes`; `null`: none. Git LFS does not count, because it
 * restores the bytes.
 */
function harmful(valueOf: (name: string) => string, path: string): string | null {
  const isGiven = (name: string) => !['unspecified', 'unset'].includes(valueOf(name));
  if (isGiven('working-tree-encoding')) {
    return `working-tree-encoding=${valueOf('working-tree-encoding')}`;
  }
  const isJson = path.startsWith('records/') || path.startsWith('inputs/');
  if (isGiven('filter') && valueOf('filter') !== 'lfs') return `filter=${valueOf('filter')}`;
  // A record has the same meaning with any line endings.
  if (isJson) return null;
  if (isGiven('ident')) return 'ident';
  const text = valueOf('text');
  if (text === 'set') return 'text';
  if (text === 'unspecified' && isGiven('eol')) return `eol=${valueOf('eol')}`;
  // Git detects by itself that a picture is not text, but bytes that are kept aside may be text.
  return text === 'auto' && path.startsWith('rejected/') ? 'text=auto' : null;
}
