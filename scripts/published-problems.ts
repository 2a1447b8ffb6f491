/** What `npm pack --json` says about a package. */
export interface PackedFiles {
  readonly name: string;
  /** Bytes. */
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Bytes that a package may take on a disk: a tenth more than on 2026-11-29. Source maps hold the sources, so the sources are not in it
 * a second time: `@tintype/core` took 5,765,412 bytes with them, and 3,903,972 without. Since then it contains OpenAI's client (1,022,595
 * bytes), zod and valibot, which took 46 MB beside it.
 */
const budgets: Readonly<Record<string, number>> = {
  '@tintype/astro': 44_000,
  '@tintype/components': 36_000,
  '@tintype/content-credentials': 54_000,
  '@tintype/core': 5_500_000,
  '@tintype/nuxt': 12_000,
  '@tintype/queue': 385_000,
  '@tintype/queue-dashboard': 32_000,
  '@tintype/s3': 66_000,
  '@tintype/sheet': 480_000,
  tintype: 820_000,
  'tintype-unplugin': 102_000,
  'vite-plugin-tintype': 500_000,
};

/** What must not be published, or is missing, or is too large. */
export function publishedProblems({ name, unpackedSize, files }: PackedFiles): string[] {
  const paths = files.map(({ path }) => path);
  const odd = paths.filter((path) => !allowed.test(path) || unwanted.test(path));
  const missing = ['package.json', 'README.md', 'LICENSE'].filter((path) => !paths.includes(path));
  const budget = budgets[name] ?? 0;
  return [
    ...odd.map((path) => `${path} must not be published`),
    ...missing.map((path) => `${path} is missing`),
    ...(unpackedSize > budget
      ? [
          `${unpackedSize} bytes are more than the budget of ${budget}; see scripts/published-problems.ts`,
        ]
      : []),
  ];
}

const allowed =
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|client\.d\.ts|(?:dist|schema|assets|components|page\/dist)\/.*)$/;
const unwanted = /(?:\.test\.|\.tsbuildinfo$|\.d\.ts\.map$|(?:^|\/)\.env|\.pem$)/;
