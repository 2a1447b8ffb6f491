import type { SheetImage } from '../../src/sheet.ts';
import { card, type CardActions } from './card.ts';
import { goneCard } from './change.ts';
import { h, setStyles } from './element.ts';
import { sizeOf } from './preferences.ts';
import { cardRows, type Columns, columnsIn, setChildren } from './rows.ts';
import { marked, source, state } from './state.ts';

export interface Rolls {
  readonly element: HTMLElement;
  readonly draw: () => void;
  /** Draws again if another number of cards fits side by side now. */
  readonly fit: () => void;
  /** Shows which image is selected, and lets the Tab key stop there. */
  readonly showSelected: () => void;
  readonly focusSelected: () => void;
  /** Shows which images are marked. */
  readonly showMarks: () => void;
}

/** A card, and the data with which it was drawn, so that a change redraws only the cards that changed. */
interface DrawnCard {
  readonly image: SheetImage;
  readonly isBuying: boolean;
  readonly card: HTMLElement;
}

/** The cards of the images that are shown, one roll for each manifest. */
export function pictureRolls(actions: CardActions): Rolls {
  const element = h('main', { id: 'rolls' });
  const drawn = new Map<string, DrawnCard>();
  const rows = cardRows(cardOf, showSelected);
  let columns: Columns = { count: 1, width: 0 };
  /** The images of the purchase that is running. */
  let bought: ReadonlySet<string> = new Set();
  let gone: HTMLElement | null = null;
  let stop: HTMLElement | null = null;
  return { element, draw, fit, showSelected, focusSelected, showMarks };

  function draw(): void {
    const { sheet, shown } = state;
    bought = new Set(sheet?.live?.purchase?.ids);
    const ids = new Set(sheet?.images.map(({ id }) => id));
    for (const id of drawn.keys()) if (!ids.has(id)) drawn.delete(id);
    if (columns.width === 0) measure();
    const byManifest = Map.groupBy(shown, ({ manifest }) => manifest);
    const rolls = [...byManifest.keys()].map(
      (name) =>
        element.querySelector<HTMLElement>(`[data-roll="${CSS.escape(name)}"]`) ?? newRoll(name),
    );
    setChildren(element, [...rolls, ...goneRoll()]);
    rows.begin(columns);
    for (const roll of rolls)
      rows.draw(roll.lastElementChild!, byManifest.get(roll.dataset['roll']!)!);
    element.dataset['empty'] = String(shown.length === 0 && ids.size > 0);
  }

  function fit(): void {
    if (measure()) draw();
  }

  /** Sees how many cards fit side by side, and returns whether that is another number than before. */
  function measure(): boolean {
    const { paddingLeft, paddingRight } = getComputedStyle(element);
    const room = element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const { count: before } = columns;
    columns = columnsIn(room, sizeOf(state.preferences));
    setStyles(element, { '--columns': columns.count, '--card': `${columns.width}px` });
    return columns.count !== before;
  }

  /** A card whose image is as it was stays as it is, with its pictures and its focus. */
  function cardOf(image: SheetImage): HTMLElement {
    const isBuying = image.price !== null && bought.has(image.id);
    const known = drawn.get(image.id);
    const isKnown = known?.isBuying === isBuying && known.image === image;
    const shown = isKnown ? known.card : card(image, source, isBuying, actions);
    if (!isKnown && known?.card.contains(document.activeElement))
      requestAnimationFrame(focusSelected);
    if (!isKnown && marked.has(image.id)) showMark(shown, true);
    drawn.set(image.id, { image, isBuying, card: shown });
    return shown;
  }

  /** The images that are gone since the base, below all others. */
  function goneRoll(): HTMLElement[] {
    const { filter, sheet } = state;
    const isAllOrChange =
      filter.text === '' &&
      filter.manifest === null &&
      (filter.flag === null || filter.flag === 'differs');
    const images = sheet?.base?.gone ?? [];
    if (images.length === 0 || !isAllOrChange) return [];
    gone ??= h(
      'section.roll',
      { 'aria-label': 'Gone' },
      h('h2', `Gone since ${sheet?.base?.ref ?? ''}`),
      h('ul.frames', ...images.map((image) => goneCard(image, source))),
    );
    return [gone];
  }

  /** The frame of an image on the sheet; `null`: the filter hides the image, or it is not near the screen. */
  function frameOf(id: string | null): HTMLElement | null {
    const shown = id === null ? undefined : drawn.get(id)?.card;
    return shown?.isConnected ? shown.querySelector<HTMLElement>('.frame') : null;
  }

  function showSelected(): void {
    const frame = frameOf(state.selected);
    // The Tab key stops here once, and at the box beside it. The arrows and j and k move on from it.
    const next = frame ?? element.querySelector<HTMLElement>('.frame');
    if (next !== stop) {
      stop?.removeAttribute('aria-current');
      setTabIndex(stop, '-1');
      setTabIndex(next, '0');
      stop = next;
    }
    if (frame === null) stop?.removeAttribute('aria-current');
    else frame.setAttribute('aria-current', 'true');
  }

  function focusSelected(): void {
    const { selected } = state;
    if (selected !== null && frameOf(selected) === null) {
      rows.reach(selected);
      showSelected();
    }
    const frame = frameOf(selected);
    frame?.focus({ preventScroll: true });
    frame?.scrollIntoView({ block: 'nearest' });
  }

  function showMarks(): void {
    for (const [id, { card: shown }] of drawn) showMark(shown, marked.has(id));
    element.classList.toggle('marking', marked.size > 0);
  }
}

function newRoll(name: string): HTMLElement {
  return h(
    'section.roll',
    { 'data-roll': name, 'aria-label': name },
    h('h2', name),
    h('div', { role: 'list' }),
  );
}

function setTabIndex(frame: HTMLElement | null, tabindex: string): void {
  frame?.setAttribute('tabindex', tabindex);
  frame?.parentElement?.querySelector('.tick input')?.setAttribute('tabindex', tabindex);
}

function showMark(element: HTMLElement, isMarked: boolean): void {
  element.classList.toggle('marked', isMarked);
  element.querySelector<HTMLInputElement>('.tick input')!.checked = isMarked;
}
