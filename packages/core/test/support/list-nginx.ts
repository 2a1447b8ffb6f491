import type { HttpOptions } from '../../src/remote/http-remote.ts';
import { isName } from '../../src/remote/remote.ts';

/** How nginx lists a folder with `autoindex_format json`: docs/remotes.md shows it. */
export const listNginx: NonNullable<HttpOptions['list']> = async function* list(prefix, get) {
  const folders = [prefix.split('/').slice(0, -1).join('/')];
  for (const folder of folders) {
    const at = folder === '' ? '' : `${folder}/`;
    const page = await get(at);
    const entries = page === null ? [] : JSON.parse(Buffer.from(page).toString('utf8'));
    for (const { name: last, type, size, mtime } of entries) {
      const name = at + last;
      if (!isName(name)) continue;
      if (type === 'directory' && `${name}/`.startsWith(prefix)) folders.push(name);
      if (type === 'file' && name.startsWith(prefix))
        yield { name, bytes: size, modifiedAt: new Date(mtime) };
    }
  }
};
