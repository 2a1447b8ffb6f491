import { fileURLToPath } from 'node:url';

/** The built command line, which is built before the tests run (`scripts/build-packages.ts`). It is a program of Node. */
export const tintypeBin: string = fileURLToPath(
  new URL('../../../cli/dist/bin.js', import.meta.url),
);
