import type { Price, Sheet, SheetImage } from '../../src/sheet.ts';
import { count, money, priceOf } from './amounts.ts';
import { h } from './element.ts';
import { comparedAtMost } from './first-panes.ts';

export interface ManyActions {
  readonly offer: (ids: readonly string[]) => Promise<Price | null>;
  readonly buy: (ids: readonly string[], price: Price) => void;
  readonly compare: () => void;
  readonly markAll: () => void;
  readonly clear: () => void;
  readonly copy: (text: string) => void;
}

/** The actions on many images at once: on the marked ones, or on all that are shown if none is marked. */
export interface Many {
  readonly element: HTMLElement;
  readonly draw: (sheet: Sheet, shown: readonly SheetImage[], marked: ReadonlySet<string>) => void;
  /** As a click on the button that asks whether to buy. */
  readonly buy: () => void;
}

interface Question {
  readonly from: Sheet;
  readonly ids: readonly string[];
  price: Price | null;
}

export function manyAtOnce(actions: ManyActions): Many {
  const words = h('span.soft', { role: 'status' });
  const markAll = h('button', { onclick: actions.markAll });
  const compare = h('button', { onclick: actions.compare });
  const clear = h('button', { onclick: actions.clear }, 'Clear');
  const buy = h('button.buy', { onclick: () => ask() });
  const progress = h('progress', { 'aria-label': 'Buying' });
  const element = h('div.many', { hidden: true }, words, markAll, clear, compare, progress, buy);
  /** The last question for a price, and its answer; `null`: there is none yet, or nothing to buy. */
  let question: Question | null = null;
  let command: string | null = null;
  let waiting: number | undefined;

  function ask(): void {
    if (command !== null) actions.copy(command);
    else if (question?.price != null) actions.buy(question.ids, question.price);
  }

  /** The price is the server's, because images share inputs and pictures. It is asked for when nothing has changed for a moment. */
  function readPrice(from: Sheet, ids: readonly string[]): void {
    const isSame = question?.ids.join('\n') === ids.join('\n');
    if (isSame && question?.from === from) return;
    const next: Question = { from, ids, price: isSame ? (question?.price ?? null) : null };
    question = next;
    clearTimeout(waiting);
    waiting = setTimeout(() => void showPrice(next), 150);
  }

  async function showPrice(asked: Question): Promise<void> {
    const offer = await actions.offer(asked.ids).catch(() => null);
    if (question !== asked) return;
    asked.price = offer;
    buy.disabled = offer === null;
    if (offer === null) buy.hidden = true;
    else buy.textContent = `Buy ${missing(asked.ids)} (${priceWords(offer)})`;
  }

  function drawBuy(sheet: Sheet, ids: readonly string[], isEverything: boolean): void {
    const { live } = sheet;
    const isRefused = live !== null && 'refusal' in live.buying;
    const isBuying = live?.purchase != null;
    buy.hidden = ids.length === 0 || isRefused || isBuying;
    command = null;
    if (buy.hidden) return;
    if (live === null) {
      command = isEverything ? 'tintype' : `tintype ${ids.join(' ')}`;
      buy.textContent = `Copy the command that buys ${missing(ids)}`;
      return;
    }
    readPrice(sheet, ids);
    buy.disabled = question?.price == null;
    if (buy.disabled) buy.textContent = `Buy ${missing(ids)}`;
  }

  return {
    element,
    buy: () => {
      if (!buy.hidden && !buy.disabled) ask();
    },
    draw: (sheet, shown, marked) => {
      element.hidden = false;
      const isMarked = marked.size > 0;
      const images = isMarked ? sheet.images.filter(({ id }) => marked.has(id)) : shown;
      const purchase = sheet.live?.purchase ?? null;
      const isSeveral = purchase !== null && purchase.ids.length > 1;
      words.textContent = isSeveral
        ? `Buying ${count(purchase.pictures, 'picture')}: ${purchase.bought} here`
        : isMarked
          ? `${marked.size} marked`
          : '';
      progress.hidden = !isSeveral;
      if (isSeveral) {
        progress.max = Math.max(1, purchase.pictures);
        progress.value = purchase.bought;
      }
      markAll.hidden = shown.length < 2 || shown.every(({ id }) => marked.has(id));
      markAll.textContent = `Mark all ${shown.length}`;
      clear.hidden = !isMarked;
      compare.hidden = marked.size < 2;
      compare.textContent =
        marked.size > comparedAtMost
          ? `Compare the first ${comparedAtMost}`
          : `Compare ${marked.size}`;
      const missingOnes = images.filter(({ price: own }) => own !== null);
      const all = sheet.images.filter(
        ({ price: own, isForBatch }) => own !== null || isForBatch,
      ).length;
      drawBuy(
        sheet,
        missingOnes.map(({ id }) => id),
        missingOnes.length === all,
      );
    },
  };
}

function missing(ids: readonly string[]): string {
  return `${ids.length} missing`;
}

function priceWords({ costUsd }: Price): string {
  return costUsd === null ? money(null) : priceOf(costUsd);
}
