import type { Region } from '@tintype/core/types';
import type { Point } from './crop-region.ts';
import { h, setStyles } from './element.ts';

interface BoardOptions {
  /** The address of the picture. */
  readonly url: string | null;
  readonly picture: { readonly width: number; readonly height: number } | null;
  /** The pointer was pressed. */
  readonly grab: (point: Point) => void;
  /** It was moved, and is still pressed. */
  readonly drag: (point: Point) => void;
}

/** A picture on which something is placed by hand. Points are in percent of it. */
export function pictureBoard(
  { url, picture, grab, drag }: BoardOptions,
  attributes: Readonly<Record<string, string | number | ((event: never) => void)>>,
  ...marks: readonly HTMLElement[]
): HTMLElement {
  const board = h(
    'div.board',
    {
      ...attributes,
      onpointerdown: (event: PointerEvent) => {
        board.setPointerCapture(event.pointerId);
        grab(pointOf(event));
      },
      onpointermove: (event: PointerEvent) => {
        if (board.hasPointerCapture(event.pointerId)) drag(pointOf(event));
      },
    },
    h('img', { src: url, alt: '', draggable: 'false' }),
    ...marks,
  );
  setStyles(board, { '--ratio': picture === null ? 1 : picture.width / picture.height });
  return board;

  function pointOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = board.getBoundingClientRect();
    const part = (value: number) => Math.min(100, Math.max(0, value * 100));
    return [part((clientX - left) / width), part((clientY - top) / height)];
  }
}

export const sides = ['left', 'top', 'width', 'height'] as const;

/** Puts a mark where a region, or a point, is. */
export function place(mark: HTMLElement, region: Partial<Region>): void {
  const styles = Object.entries(region).map(([side, value]) => [side, `${value}%`] as const);
  setStyles(mark, Object.fromEntries(styles));
}
