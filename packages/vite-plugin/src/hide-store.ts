import { relative, sep } from 'node:path';
import type { Connect } from 'vite';
import type { OpenProject } from './open-project.ts';

/**
 * Refuses what is in the store, where prompts are, to whom a server serves its files: by path, as `/@fs/`, whatever the
 * query. `root` is Vite's.
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

/** Whether a path has a folder in it, with all its segments. */
function isIn(path: string, folder: string): boolean {
  const segments = folder.replace(/^\/+|\/+$/g, '');
  return segments !== '' && `${path}/`.includes(`/${segments}/`);
}

/** A URL's path as a file system that knows no case may read it. */
function normalised(url: string): string {
  const path = url.split(/[?#]/, 1)[0]!;
  try {
    return lower(decodeURIComponent(path)).replaceAll(/\/+/g, '/');
  } catch {
    return lower(path);
  }
}

function lower(path: string): string {
  return path.split(sep).join('/').replaceAll('\\', '/').toLowerCase();
}
