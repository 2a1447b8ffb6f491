import type { Choices } from './choices.ts';

/**
 * `tintype.config.ts` as `tintype init` writes it. Without a bucket it imports a type only: that is gone when it runs, so it works where
 * `tintype` is not installed in the project, as with npx. `module`: the path of the module of pictures.
 */
export function firstConfig(
  { pages, store }: Pick<Choices, 'pages' | 'store'>,
  module = 'src/pictures.ts',
): string {
  // A plugin puts the files into the build, so with an outDir the site would ship them twice.
  const hasPlugin = pages === 'vite' || pages === 'bundler';
  return [
    ...(store === 'bucket' ? ["import { s3 } from '@tintype/s3';\n"] : []),
    `import type { Options } from 'tintype';

export default {
  // Who makes the pictures: 'openai', or 'offline' for free stand-ins.
  provider: 'openai',

`,
    ...(hasPlugin ? [] : [outDirLines]),
    ...(pages === 'module' ? [moduleLines(module)] : []),
    ...(store === 'bucket' ? [bucketLines] : []),
    `  // What one run may spend, in US dollars. A plan that may cost more is refused before anything is bought.
  maxCostUsd: 5,
} satisfies Options;
`,
  ].join('');
}

const outDirLines = `  // Where files for the site are written.
  outDir: 'public/images',

`;

function moduleLines(module: string): string {
  return `  // A module of all pictures, for pages to import.
  module: ${JSON.stringify(module).replaceAll('"', "'")},

`;
}

const bucketLines = `  // Where the bytes of bought pictures are kept. Name your bucket here.
  store: { originals: s3({ bucket: 'my-pictures', region: 'us-east-1' }) },

`;
