import { posix, relative, sep } from 'node:path';
import type { OpenProject } from '@tintype/core/modules';
import type { Connect } from 'vite';

/**
 * Refuses requests for files of the store, because prompts are in them: by path and by `/@fs/`, with any query. `root` is
 * Vite's.
 */
export function storeMiddleware(
  root: string,
  project: () => Promise<Pick<OpenProject, 'config'>>,
): Connect.NextHandleFunction {
  return (request, response, next) => {
    const path = normalised(request.url ?? '');
    const refuse = (folders: readonly string[]) => {
      if (!folders.some((folder) => isIn(path, folder))) return next();
      response.writeHead(403, { 'content-type': 'text/plain' });
      response.end('The store of Tintype is not served: it has prompts in it.\n');
    };
    void project().then(
      ({ config: { storeDir } }) =>
        refuse([usual, storeDir, relative(root, storeDir)].map((folder) => lower(folder))),
      () => refuse([usual]),
    );
  };
}

const usual = '.tintype';

/** Whether a path contains all segments of a folder, in order. */
function isIn(path: string, folder: string): boolean {
  const segments = folder.replace(/^\/+|\/+$/g, '');
  return segments !== '' && `${path}/`.includes(`/${segments}/`);
}

/** A URL's path for a file system that ignores case. */
function normalised(url: string): string {
  const path = url.split(/[?#]/, 1)[0]!;
  try {
    return posix.normalize(lower(decodeURIComponent(path)));
  } catch {
    return lower(path);
  }
}

function lower(path: string): string {
  return path.split(sep).join('/').replaceAll('\\', '/').toLowerCase();
}
