import { h } from './element.ts';
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

/**
 * Puts the cards of a list into rows, and the rows into blocks. The browser lays out only the rows near the screen, and skips blocks that
 * are not near it as one box: with a few hundred rows side by side, each frame of scrolling looked at all of them.
 */
export function setRows(list: Element, cards: readonly HTMLElement[], { count }: Columns): void {
  const inBlock = count * rowsInBlock;
  setParts(list, 'block', Math.ceil(cards.length / inBlock), (block, at) => {
    const own = cards.slice(at * inBlock, (at + 1) * inBlock);
    const rows = Math.ceil(own.length / count);
    block.style.setProperty('--rows', String(rows));
    setParts(block, 'frames', rows, (row, index) => {
      if (setChildren(row, own.slice(index * count, (index + 1) * count))) loadWhenNear(row);
    });
  });
}

/** Gives an element so many children of a class, and fills each. */
function setParts(
  parent: Element,
  name: 'block' | 'frames',
  needed: number,
  fill: (part: HTMLElement, at: number) => void,
): void {
  const parts = parent.children as HTMLCollectionOf<HTMLElement>;
  while (parts.length > needed) parts[needed]!.remove();
  for (let at = 0; at < needed; at++) {
    if (parts[at] === undefined) parent.append(h(`div.${name}`, { role: 'presentation' }));
    fill(parts[at]!, at);
  }
}

/** Touches nothing that is in its place already, and returns whether something was not. */
export function setChildren(parent: Element, elements: readonly Element[]): boolean {
  const { children } = parent;
  const other = elements.findIndex((one, index) => children[index] !== one);
  const isSameSoFar =
    other === -1 ? elements.length === children.length : other === children.length;
  if (!isSameSoFar) parent.replaceChildren(...elements);
  else if (other !== -1) parent.append(...elements.slice(other));
  return !isSameSoFar || other !== -1;
}
