import { defineConfig } from '@tintype/core';

export default defineConfig({
  // Stand-ins are drawn on this machine, are free and look the same every time. With 'openai' the pictures are real: `npx tintype plan`
  // says what they would cost, and `npx tintype` buys them once, into .tintype/, which is committed.
  provider: 'offline',
  maxCostUsd: 1,
});
