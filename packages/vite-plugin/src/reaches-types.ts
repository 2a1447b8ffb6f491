import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/**
 * Whether TypeScript includes the types at a path, according to the `tsconfig*.json` files of a folder. `true` if there is
 * none, or if one of them extends another without its own `include`.
 */
export function reachesTypes(folder: string, path: string): boolean {
  const names = readdirSync(folder).filter((name) => /^tsconfig(?:\.[\w-]+)?\.json$/.test(name));
  const file = relative(folder, path).split(sep).join('/');
  return names.length === 0 || names.some((name) => includes(read(join(folder, name)), file));
}

function includes(text: string, file: string): boolean {
  if (text.includes('vite-plugin-tintype/client')) return true;
  const lists = [...text.matchAll(/"(?:include|files)"\s*:\s*\[([^\]]*)\]/g)];
  if (lists.length === 0) return true;
  return lists
    .flatMap(([, list]) => [...list!.matchAll(/"([^"]+)"/g)])
    .some(([, pattern]) => {
      const start = pattern!.replace(/^\.\//, '').split('*', 1)[0]!.replace(/\/$/, '');
      return start === '' || start === '.' || file === start || dirname(file).startsWith(start);
    });
}

/** Without its comments, which begin a line. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll(/^\s*\/\/.*$/gm, '');
  } catch {
    return '';
  }
}
