import { defineConfig } from '@tintype/core';

export default defineConfig({
  // Stand-ins: drawn on this machine, free, the same every time. With 'openai' the pictures are real: `npx tintype plan`
  // says what they would cost, `npx tintype` buys them once, into .tintype/, which is committed.
  provider: 'offline',
  maxCostUsd: 1,
});
