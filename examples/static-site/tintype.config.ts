import { defineConfig } from '@tintype/core';

export default defineConfig({
  // Stand-ins are drawn on this machine, are free and look the same every time. For real pictures, bought once and kept in .tintype/:
  //
  //   tintype plan --provider openai                 shows what they would cost, and spends nothing
  //   OPENAI_API_KEY=… tintype --provider openai     buys them
  //
  // Then write 'openai' here and commit .tintype/. From then on no key is needed, because a stored picture is never bought
  // again.
  provider: 'offline',

  // Written directly into the site, so that nothing has to be copied.
  outDir: 'dist/images',

  // A plan that may cost more is refused before anything is bought.
  maxCostUsd: 2,
});
