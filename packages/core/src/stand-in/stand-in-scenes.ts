import { between, pick, type Random } from './seeded-random.ts';
import type { Palette } from './stand-in-palette.ts';
import { circle, num, path, type Point, rect, smoothLine } from './svg.ts';

/** What a scene is drawn into. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  /** A little more than the shorter side. The sizes of large shapes are multiples of it. */
  readonly unit: number;
  readonly palette: Palette;
  readonly random: Random;
}

/** Draws a composition of flat shapes as SVG elements. They cover the whole picture and may extend beyond it. */
export function drawScene(width: number, height: number, palette: Palette, random: Random): string {
  const unit = Math.min(Math.max(width, height), Math.min(width, height) * 1.4);
  const scene = pick(random, [hills, tiles, bands, arcs, scales, discs]);
  return scene({ width, height, unit, palette, random });
}

/** A sun over rows of hills. */
function hills({ width, height, unit, palette, random }: Canvas): string {
  const sunX = width * pick(random, [between(random, 0.14, 0.32), between(random, 0.68, 0.86)]);
  const sunY = height * between(random, 0.17, 0.25);
  const sunRadius = unit * between(random, 0.1, 0.14);
  const sky = [
    rect({ x: 0, y: 0, width, height }, palette.ground),
    circle(sunX, sunY, sunRadius * 2.1, palette.accentSoft, 0.3),
    circle(sunX, sunY, sunRadius * 1.5, palette.accentSoft, 0.5),
    circle(sunX, sunY, sunRadius, palette.accent),
  ];
  const rows = palette.ramp.map((color, i) => {
    const top = height * (0.36 + 0.135 * i);
    const rise = Math.min(unit * between(random, 0.05, 0.1), height * 0.12);
    return path(below(wave(width, top, rise, unit, random), width, height), color);
  });
  return [...sky, ...rows].join('');
}

/** Parallel ribbons that swell and thin out across the picture. */
function bands({ width, height, palette, random }: Canvas): string {
  const colors = [...palette.ramp, palette.accentSoft, palette.accent, palette.ground];
  const turn = between(random, 14, 38) * pick(random, [-1, 1]);
  const reach = Math.hypot(width, height);
  const count = 11;
  const start = Math.floor(random() * colors.length);
  const [phase1, phase2] = [between(random, 0, 7), between(random, 0, 7)];
  const ribbons = Array.from({ length: count }, (_, i) => {
    const line = Array.from({ length: 25 }, (__, step): Point => {
      const x = (reach * step) / 24;
      const swing =
        Math.sin((x / reach) * 7 + phase1 + i * 0.16) * 0.6 +
        Math.sin((x / reach) * 12.5 + phase2 - i * 0.42) * 0.36;
      return [x, (reach * i) / count + (swing * reach) / count];
    });
    return path(below(line, reach, reach * 1.2), colors[(start + i) % colors.length] as string);
  });
  const origin = `translate(${num(width / 2)} ${num(height / 2)}) rotate(${num(turn)}) translate(${num(-reach / 2)} ${num(-reach / 2)})`;
  const ground = rect({ x: 0, y: 0, width, height }, palette.ground);
  return `${ground}<g transform="${origin}">${ribbons.join('')}</g>`;
}

/** A mosaic of quarter discs, half discs, leaves and rings. */
function tiles({ width, height, palette, random }: Canvas): string {
  const side = Math.min(width, height) / pick(random, [3, 4, 5]);
  const columns = Math.round(width / side);
  const rows = Math.round(height / side);
  const grounds = [palette.ground, palette.ramp[0], palette.ramp[1]];
  const figures = [
    palette.ramp[2],
    palette.ramp[3],
    palette.ramp[4],
    palette.accent,
    palette.accentSoft,
  ];
  const cells: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      // Whole pixels, so that there are no seams.
      const x = Math.round((width * column) / columns);
      const y = Math.round((height * row) / rows);
      const cellWidth = Math.round((width * (column + 1)) / columns) - x;
      const cellHeight = Math.round((height * (row + 1)) / rows) - y;
      const figure = tileFigure(pick(random, figures), pick(random, figures), random);
      const turn = pick(random, [0, 90, 180, 270]);
      cells.push(
        rect({ x, y, width: cellWidth, height: cellHeight }, pick(random, grounds)),
        `<g transform="translate(${x} ${y}) scale(${cellWidth / 100} ${cellHeight / 100}) rotate(${turn} 50 50)">${figure}</g>`,
      );
    }
  }
  return cells.join('');
}

/** Draws a figure inside a square of 100. */
function tileFigure(color: string, second: string, random: Random): string {
  return pick(random, [
    path('M0 0H100A100 100 0 0 1 0 100Z', color),
    path('M0 0H100A100 100 0 0 1 0 100Z', color) + path('M0 0H50A50 50 0 0 1 0 50Z', second),
    path('M0 0A50 50 0 0 0 100 0Z', color) + path('M0 50A50 50 0 0 0 100 50Z', second),
    path('M0 0A100 100 0 0 0 100 100A100 100 0 0 0 0 0Z', color),
    circle(50, 50, 36, color) + circle(50, 50, 15, second),
    path('M0 0H100L0 100Z', color),
  ]);
}

/** Rings around a point at the edge, in front of a second set of rings. */
function arcs({ width, height, unit, palette, random }: Canvas): string {
  const reach = Math.hypot(width, height);
  const [nearX, farX] = pick(random, [
    [0.02, 0.96],
    [0.98, 0.04],
    [0.5, 0.5],
  ] as const);
  const far = rings(
    [width * farX, height * between(random, -0.02, 0.1)],
    reach * 1.02,
    Math.max(unit * 0.115, reach / 13),
    [palette.ramp[0], palette.ground],
  );
  const near = rings(
    [width * nearX, height * between(random, 0.94, 1.02)],
    Math.min(reach * 0.62, unit * 0.98),
    unit * 0.11,
    [palette.ramp[4], palette.ramp[3], palette.accent, palette.ramp[2], palette.accentSoft],
  );
  return rect({ x: 0, y: 0, width, height }, palette.ground) + far + near;
}

/** Overlapping fans in rows, as waves are drawn on Japanese paper. */
function scales({ width, height, palette, random }: Canvas): string {
  const radius = Math.min(width, height) / pick(random, [5, 6, 7]);
  const columns = Math.ceil(width / radius / 2) + 1;
  const rows = Math.ceil(height / radius / 0.5) + 3;
  const [a, b, c, d, e] = palette.ramp;
  const sets = [
    [d, palette.ground, c, b],
    [c, palette.ground, palette.accentSoft, a],
    [e, palette.ground, d, c],
    [palette.accent, palette.ground, palette.accentSoft, a],
  ];
  const usual = sets.slice(0, 3);
  const fans: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = (column * 2 + (row % 2)) * radius;
      const y = row * radius * 0.5;
      const colors = random() < 0.14 ? (sets[3] as string[]) : pick(random, usual);
      fans.push(...colors.map((color, i) => circle(x, y, radius * (1 - 0.24 * i), color)));
    }
  }
  return rect({ x: 0, y: 0, width, height }, palette.ground) + fans.join('');
}

/** A lattice of translucent discs, which make petals where they overlap. */
function discs({ width, height, palette, random }: Canvas): string {
  // Few accents, because they turn grey over their complementary colour.
  const colors = [...palette.ramp.slice(0, 4), palette.ramp[2], palette.accentSoft];
  const spacing = Math.min(width, height) / pick(random, [3, 4]);
  const columns = Math.round(width / spacing);
  const rows = Math.round(height / spacing);
  const shapes: string[] = [];
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const [x, y] = [(width * column) / columns, (height * row) / rows];
      shapes.push(circle(x, y, spacing * 0.7, pick(random, colors), 0.66));
    }
  }
  return rect({ x: 0, y: 0, width, height }, palette.ground) + shapes.join('');
}

/** Discs around one centre, the largest first, the colours in turn. */
function rings(
  center: Point,
  outerRadius: number,
  step: number,
  colors: readonly string[],
): string {
  const count = Math.ceil(outerRadius / step);
  return Array.from({ length: count }, (_, i) =>
    circle(...center, outerRadius - i * step, colors[i % colors.length] as string),
  ).join('');
}

/** A line of hills from edge to edge. */
function wave(
  width: number,
  top: number,
  rise: number,
  unit: number,
  random: Random,
): readonly Point[] {
  const [phase1, phase2] = [between(random, 0, 7), between(random, 0, 7)];
  const length1 = unit * between(random, 0.11, 0.17);
  const length2 = length1 * 0.43;
  const steps = Math.ceil(width / (unit * 0.045));
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const x = (width * i) / steps;
    const swing = Math.sin(x / length1 + phase1) * 0.7 + Math.sin(x / length2 + phase2) * 0.3;
    return [x, top + swing * rise];
  });
}

/** Path data of the area below a line. */
function below(line: readonly Point[], width: number, height: number): string {
  return `M${smoothLine(line)}V${num(height)}H${num(line[0]?.[0] ?? width)}Z`;
}
