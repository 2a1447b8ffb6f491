import { defineConfig } from '@tintype/core';

export default defineConfig({
  // Stand-ins: drawn on this machine, free, the same every time. For real pictures, bought once and kept in .tintype/:
  //
  //   tintype plan --provider openai                 what they would cost; spends nothing
  //   OPENAI_API_KEY=… tintype --provider openai     buys them
  //
  // Then write 'openai' here and commit .tintype/. From then on nobody needs the key: what is stored is never bought again.
  provider: 'offline',

  // Straight into the site, so that there is nothing to copy.
  outDir: 'dist/images',

  // A plan that may cost more is refused before anything is bought.
  maxCostUsd: 2,
});
