import { posix } from 'node:path';
import type { Environment } from 'vite';

/** A page or a style sheet of the build that refers to a file. */
export interface Host {
  /** Relative to the output folder. */
  readonly fileName: string;
  readonly type: 'css' | 'html';
}

/** A file's URL in a page or a style sheet, made as Vite makes those of its own assets. */
export function hostUrl(
  fileName: string,
  host: Host,
  { config }: Pick<Environment, 'config'>,
): string {
  const { base, build, experimental } = config;
  const relative = () => {
    const path = posix.relative(posix.dirname(host.fileName), fileName);
    return encodeURI(path.startsWith('../') ? path : `./${path}`);
  };
  const built = experimental.renderBuiltUrl?.(fileName, {
    hostId: host.fileName,
    hostType: host.type,
    type: 'asset',
    ssr: Boolean(build.ssr),
  });
  if (typeof built === 'string') return built;
  if (typeof built === 'object' && built.runtime !== undefined) {
    throw new Error(
      `renderBuiltUrl gave a runtime expression for ${fileName} in ${host.fileName}, and a ${host.type} file has no runtime`,
    );
  }
  const isRelative =
    (typeof built === 'object' ? built.relative : undefined) ?? (base === '' || base === './');
  return isRelative ? relative() : base + encodeURI(fileName);
}
