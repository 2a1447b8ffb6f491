import { decoration, h, setStyles } from './element.ts';

/** A bar as long as a share of the longest one. */
export function shareBar(share: number): HTMLElement {
  const bar = h('i.bar', decoration);
  setStyles(bar, { '--share': share });
  return bar;
}
