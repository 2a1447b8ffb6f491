import type { SheetImage } from '../../src/sheet.ts';
import { h, setStyles } from './element.ts';
import { loadWhenNear } from './pictures.ts';

/** CSS pixels between two cards. The style sheet has the same. */
const gap = 3;

/** How many cards fit side by side, and how wide they then are. */
export interface Columns {
  readonly count: number;
  readonly width: number;
}

export function columnsIn(room: number, least: number): Columns {
  const count = Math.max(1, Math.floor((room + gap) / (least + gap)));
  return { count, width: (room - gap * (count - 1)) / count };
}

/** About the square root of the rows of 5,000 cards, so that the browser looks at the fewest boxes. */
const rowsInBlock = 24;

/** Few enough to be drawn within one frame of a screen of 60 Hz. */
const drawnAtOnce = 48;

export interface Rows {
  /** Puts images into a list, after those of the lists before. */
  readonly draw: (list: Element, images: readonly SheetImage[]) => void;
  /** The first list comes next. */
  readonly begin: (columns: Columns) => void;
  /** Draws the cards of the row in which an image is. */
  readonly reach: (id: string) => void;
}

/**
 * Rows of cards, in blocks. A row has its cards while it is near the screen; otherwise it has the names of its images, which the browser's
 * own search finds. The browser lays out only the rows near the screen, and skips blocks that are not near it as one box: with a few
 * hundred rows side by side, each frame of scrolling looked at all of them.
 */
export function cardRows(cardOf: (image: SheetImage) => HTMLElement, onFill: () => void): Rows {
  const images = new Map<Element, readonly SheetImage[]>();
  const nearRows = new Set<Element>();
  let columns: Columns = { count: 1, width: 0 };
  let left = 0;

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) nearRows.add(target);
        else nearRows.delete(target);
        show(target, isIntersecting);
      }
      onFill();
    },
    { rootMargin: '100% 0px' },
  );

  function show(row: Element, isNear: boolean): void {
    const own = images.get(row);
    if (own === undefined) return;
    const isFar = !isNear && !row.contains(document.activeElement);
    row.classList.toggle('far', isFar);
    row.role = isFar ? 'listitem' : 'presentation';
    if (!isFar) {
      if (setChildren(row, own.map(cardOf))) loadWhenNear(row);
    } else {
      const names = own.map(({ id }) => id).join(' ');
      if (row.firstElementChild !== null || row.textContent !== names) row.textContent = names;
    }
  }

  function drawRow(row: Element, own: readonly SheetImage[]): void {
    if (!images.has(row)) near.observe(row);
    images.set(row, own);
    show(row, left > 0 || nearRows.has(row));
    left -= own.length;
  }

  function forget(part: Element): void {
    for (const row of part.classList.contains('frames') ? [part] : part.children) {
      near.unobserve(row);
      images.delete(row);
      nearRows.delete(row);
    }
    part.remove();
  }

  /** Gives an element so many parts of a class, and fills each. */
  function setParts(
    parent: Element,
    name: 'block' | 'frames',
    needed: number,
    fill: (part: HTMLElement, at: number) => void,
  ): void {
    const parts = parent.children as HTMLCollectionOf<HTMLElement>;
    while (parts.length > needed) forget(parts[needed]!);
    for (let at = 0; at < needed; at++) {
      if (parts[at] === undefined) parent.append(h(`div.${name}`, { role: 'presentation' }));
      fill(parts[at]!, at);
    }
  }

  return {
    begin(now) {
      columns = now;
      left = drawnAtOnce;
      for (const row of images.keys()) if (!row.isConnected) forget(row);
    },
    draw(list, all) {
      const { count } = columns;
      const inBlock = count * rowsInBlock;
      setParts(list, 'block', Math.ceil(all.length / inBlock), (block, at) => {
        const own = all.slice(at * inBlock, (at + 1) * inBlock);
        const rows = Math.ceil(own.length / count);
        setStyles(block, { '--rows': rows });
        setParts(block, 'frames', rows, (row, index) =>
          drawRow(row, own.slice(index * count, (index + 1) * count)),
        );
      });
    },
    reach(id) {
      for (const [row, own] of images) if (own.some((image) => image.id === id)) show(row, true);
    },
  };
}

/** Touches nothing that is in its place already, and returns whether something was not. */
export function setChildren(parent: Element, elements: readonly Element[]): boolean {
  const { children } = parent;
  const isSame =
    children.length === elements.length && elements.every((one, index) => children[index] === one);
  if (!isSame) parent.replaceChildren(...elements);
  return !isSame;
}
