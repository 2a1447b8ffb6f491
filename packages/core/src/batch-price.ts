/**
 * The price of a picture in a batch, as a fraction of its direct price, for each built-in provider that has batches. OpenAI's
 * is half: https://developers.openai.com/api/docs/guides/batch (2026-11-28).
 */
export const batchPriceFactors: Readonly<Record<string, number>> = { openai: 0.5 };

/** The same of all providers. `providers`: those of the config. */
export function batchFactors(
  providers: Readonly<Record<string, { readonly batches?: { readonly priceFactor: number } }>>,
): ReadonlyMap<string, number> {
  const own = Object.entries(providers).flatMap(([name, { batches }]) =>
    batches === undefined ? [] : ([[name, batches.priceFactor]] as const),
  );
  return new Map([...Object.entries(batchPriceFactors), ...own]);
}
