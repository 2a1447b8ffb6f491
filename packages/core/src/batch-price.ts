/**
 * The price of a picture in a batch, as a fraction of its direct price, for each built-in provider that has batches. OpenAI's
 * is half: https://developers.openai.com/api/docs/guides/batch (2026-11-28).
 */
export const batchPriceFactors: Readonly<Record<string, number>> = { openai: 0.5 };
