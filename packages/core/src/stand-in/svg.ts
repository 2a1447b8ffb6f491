/** Pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [x: number, y: number];

/** Two decimals, so that machines on which the last bit of a sine differs make the same text. */
export function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function circle(x: number, y: number, radius: number, fill: string, opacity = 1): string {
  const translucency = opacity === 1 ? '' : ` fill-opacity="${num(opacity)}"`;
  return `<circle cx="${num(x)}" cy="${num(y)}" r="${num(radius)}" fill="${fill}"${translucency}/>`;
}

export function rect(box: Box, fill: string, cornerRadius = 0): string {
  const corners = cornerRadius === 0 ? '' : ` rx="${num(cornerRadius)}"`;
  return `<rect x="${num(box.x)}" y="${num(box.y)}" width="${num(box.width)}" height="${num(box.height)}"${corners} fill="${fill}"/>`;
}

export function path(data: string, fill: string): string {
  return `<path d="${data}" fill="${fill}"/>`;
}

/** Path data of a smooth open line through the points (Catmull-Rom), without its first `M`: `x y C …`. */
export function smoothLine(points: readonly Point[]): string {
  const at = (i: number): Point => points[Math.min(points.length - 1, Math.max(0, i))] as Point;
  const curves = points.slice(1).map((end, i) => {
    const start = at(i);
    const before = at(i - 1);
    const after = at(i + 2);
    const control1 = [start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6];
    const control2 = [end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6];
    return `C${[...control1, ...control2, ...end].map(num).join(' ')}`;
  });
  return `${at(0).map(num).join(' ')}${curves.join('')}`;
}
