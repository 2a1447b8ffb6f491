const outDirLines = `  // Where files for the site are written.
  outDir: 'public/images',

`;

/**
 * `tintype.config.ts` as `tintype init` writes it. It imports a type only: that is gone when it runs, so it works where
 * `tintype` is not installed in the project, as with npx.
 */
export const firstConfigText = `import type { Options } from 'tintype';

export default {
  // Who makes the pictures: 'openai', or 'offline' for stand-ins that cost nothing.
  provider: 'openai',

${outDirLines}  // What one run may spend, in US dollars. A plan that may cost more is refused before anything is bought.
  maxCostUsd: 5,
} satisfies Options;
`;

/** The config for a project. With Vite's plugin it sets no `outDir`, because the site would ship files twice. */
export function firstConfig({ hasVitePlugin }: { readonly hasVitePlugin: boolean }): string {
  return hasVitePlugin ? firstConfigText.replace(outDirLines, '') : firstConfigText;
}
