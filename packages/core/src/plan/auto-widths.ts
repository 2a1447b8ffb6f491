/** Each takes about 0.7 of the bytes of the next: `docs/encoding.md` has the measurement. */
const ladder = [320, 400, 512, 640, 800, 1024, 1280, 1600, 2000, 2560, 3200] as const;

/** A width that is closer than this to the full size saves little. */
const closest = 0.9;

/** The viewports that pages are made for, in CSS pixels. */
const viewports = { narrowest: 360, widest: 1920 } as const;

/** Device pixels for each CSS pixel. Beyond 2, people see no difference at the distance from which they look at phones. */
const densest = 2;

/**
 * The widths of `widths: auto`, ascending, without the full size. `full`: the width of the picture; `null` if the model chooses it.
 * `sizes` is the attribute, which says how wide a page shows the picture: no width is made that no browser would take.
 */
export function autoWidths(full: number | null, sizes: string | null): number[] {
  const { least, most } = neededWidths(sizes);
  const widest = (full ?? Infinity) * closest;
  return ladder.filter(
    (width, at) => width <= widest && width >= least && (ladder[at - 1] ?? 0) < most,
  );
}

interface Needed {
  readonly least: number;
  readonly most: number;
}

const anyWidth: Needed = { least: 0, most: Infinity };

/** The device pixels across that a page may need. All of them, if the attribute is missing or has anything else than `px` and `vw`. */
function neededWidths(sizes: string | null): Needed {
  const parts = (sizes ?? '').split(',').map((part) => part.trim());
  const written = parts.filter((part) => part.toLowerCase() !== 'auto');
  const needed = written.map(neededBy);
  // `auto` is the width of the page's layout, which only browsers know.
  if (needed.length === 0 || written.length < parts.length) return anyWidth;
  return {
    least: Math.min(...needed.map(({ least }) => least)),
    most: Math.max(...needed.map(({ most }) => most)),
  };
}

/** One entry, such as `(max-width: 600px) 100vw`. */
function neededBy(part: string): Needed {
  const [, condition, amount, unit] =
    /^(?:\(((?:min|max)-width:\s*\d+px)\)\s+)?(\d+(?:\.\d+)?)(px|vw)$/.exec(part) ?? [];
  if (amount === undefined) return anyWidth;
  if (unit === 'px') return { least: Number(amount), most: Number(amount) * densest };
  const bound = Number(/\d+/.exec(condition ?? '')?.[0]);
  const { narrowest, widest } = viewports;
  const share = Number(amount) / 100;
  return {
    least: share * (condition?.startsWith('min') ? Math.max(narrowest, bound) : narrowest),
    most: share * (condition?.startsWith('max') ? Math.min(widest, bound) : widest) * densest,
  };
}
