import { h } from './element.ts';

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

/**
 * Puts the cards of a roll into rows. The browser lays out only the rows near the screen: with all cards in one grid, each card that
 * came near the screen made it lay out all of them.
 */
export function setRows(roll: Element, cards: readonly HTMLElement[], { count }: Columns): void {
  const rows = roll.querySelectorAll('.frames');
  const needed = Math.ceil(cards.length / count);
  for (let at = 0; at < needed; at++) {
    const row = rows[at] ?? h('ul.frames');
    setChildren(row, cards.slice(at * count, (at + 1) * count));
    if (at >= rows.length) roll.append(row);
  }
  for (let at = needed; at < rows.length; at++) rows[at]!.remove();
}

/** Touches nothing that is in its place already. */
export function setChildren(parent: Element, elements: readonly Element[]): void {
  const { children } = parent;
  const other = elements.findIndex((one, index) => children[index] !== one);
  const isSameSoFar =
    other === -1 ? elements.length === children.length : other === children.length;
  if (!isSameSoFar) parent.replaceChildren(...elements);
  else if (other !== -1) parent.append(...elements.slice(other));
}
