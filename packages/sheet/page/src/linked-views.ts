/** The point in the middle of all views, as parts of a picture's width and height. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Views that show the same part of their pictures: when one is scrolled, the others follow. */
export interface LinkedViews {
  /** Shows the point in the middle of a view, and follows the view from now on. */
  readonly add: (view: HTMLElement) => void;
  readonly lookAt: (point: Point) => void;
}

export function linkedViews(): LinkedViews {
  let middle: Point = { x: 0.5, y: 0.5 };
  /** Where each view was scrolled to by this code, so that its event is not taken for a person's. */
  const placed = new Map<HTMLElement, Point>();

  function place(view: HTMLElement): void {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = view;
    view.scrollLeft = middle.x * scrollWidth - clientWidth / 2;
    view.scrollTop = middle.y * scrollHeight - clientHeight / 2;
    placed.set(view, { x: view.scrollLeft, y: view.scrollTop });
  }

  function follow(view: HTMLElement): void {
    const { scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight } = view;
    const last = placed.get(view);
    if (last !== undefined && Math.hypot(last.x - scrollLeft, last.y - scrollTop) < 2) return;
    placed.set(view, { x: scrollLeft, y: scrollTop });
    middle = {
      x: (scrollLeft + clientWidth / 2) / scrollWidth,
      y: (scrollTop + clientHeight / 2) / scrollHeight,
    };
    for (const other of placed.keys()) if (other !== view && other.isConnected) place(other);
  }

  return {
    add: (view) => {
      for (const other of placed.keys()) if (!other.isConnected) placed.delete(other);
      place(view);
      view.addEventListener('scroll', () => follow(view));
    },
    lookAt: (point) => {
      middle = point;
    },
  };
}

/** Where a click is in a picture that is fitted into its element. */
export function pointIn(image: HTMLImageElement, { clientX, clientY }: MouseEvent): Point {
  const { left, top, width, height } = image.getBoundingClientRect();
  const scale = fittedScale(image);
  const part = (at: number, from: number, room: number, size: number) =>
    Math.min(1, Math.max(0, (at - from - (room - size * scale) / 2) / (size * scale)));
  return {
    x: part(clientX, left, width, image.naturalWidth),
    y: part(clientY, top, height, image.naturalHeight),
  };
}

/** How large a fitted picture is shown: 1 is pixel by pixel. */
export function fittedScale(image: HTMLImageElement): number {
  const { width, height } = image.getBoundingClientRect();
  return Math.min(width / image.naturalWidth, height / image.naturalHeight);
}
