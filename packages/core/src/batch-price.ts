/**
 * What a picture costs in a batch, of what it costs directly, at the built-in providers that have batches. OpenAI's is half:
 * https://developers.openai.com/api/docs/guides/batch (2026-11-28).
 */
export const batchPriceFactors: Readonly<Record<string, number>> = { openai: 0.5 };
