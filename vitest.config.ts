import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run the sources, not the build.
  ssr: { resolve: { conditions: ['tintype-source'], externalConditions: ['tintype-source'] } },
  test: {
    // What runs the tests may be a CI; whether a test is in one, the test says.
    env: { CI: 'false' },
    include: ['packages/*/{src,test}/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    // The contact sheet's page is bundled, so that tests see the one of the sources.
    globalSetup: ['packages/core/sheet-page/build.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Two cores: a worker each is as fast as it gets.
    maxWorkers: 2,
  },
});
