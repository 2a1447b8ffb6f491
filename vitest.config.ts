import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run the sources, not the build.
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // They import a package that has a `source` of its own, in TypeScript: it must be transformed.
    server: { deps: { inline: [/ai-sdk/, /eventsource-parser/] } },
    // Two cores: a worker each is as fast as it gets.
    maxWorkers: 2,
  },
});
