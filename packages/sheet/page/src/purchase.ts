import type { Price, SheetImage } from '../../src/sheet.ts';
import { askToBuy } from './dialogs.ts';
import { server } from './server.ts';
import { imageOf, state } from './state.ts';
import { orSay } from './toast.ts';

/** Buys what an image needs; asks first if that costs more than a click may. */
export function buyImage(image: SheetImage): void {
  const buying = state.sheet?.live?.buying;
  if (image.price === null || buying === undefined || 'refusal' in buying) return;
  const upToUsd = image.price.costUsd?.high ?? null;
  if (upToUsd === null || upToUsd > buying.confirmAboveUsd) buyMany([image.id], image.price);
  else orSay(server.buy([image.id], upToUsd));
}

/** One question with the price, and then one order. */
export function buyMany(ids: readonly string[], price: Price): void {
  const attempted = [...ids, ...price.upstream].filter((id) =>
    imageOf(id)?.candidates.some(({ status }) => status === 'attempted'),
  );
  askToBuy(ids, price, attempted, () => orSay(server.buy(ids, price.costUsd?.high ?? null)));
}
