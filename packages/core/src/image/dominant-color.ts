import type { RawPicture } from '../types.ts';

/**
 * The mean of the most frequent colours, as `#rrggbb`; `null` if nothing is visible. Colours count as equal if the upper 4 bits
 * of each channel are equal. Alpha weights each pixel.
 */
export function dominantColor({ data, channels }: RawPicture): string | null {
  const bins = new Map<number, Bin>();
  const isGrey = channels < 3;
  const alphaAt = channels === 2 || channels === 4 ? channels - 1 : null;
  let dominant: Bin | null = null;
  for (let at = 0; at < data.length; at += channels) {
    const weight = alphaAt === null ? 255 : data[at + alphaAt]!;
    if (weight === 0) continue;
    const red = data[at]!;
    const green = isGrey ? red : data[at + 1]!;
    const blue = isGrey ? red : data[at + 2]!;
    const name = ((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4);
    const bin = bins.get(name) ?? { weight: 0, red: 0, green: 0, blue: 0 };
    bin.weight += weight;
    bin.red += red * weight;
    bin.green += green * weight;
    bin.blue += blue * weight;
    bins.set(name, bin);
    if (dominant === null || bin.weight > dominant.weight) dominant = bin;
  }
  if (dominant === null) return null;
  const { weight, red, green, blue } = dominant;
  return `#${hex(red / weight)}${hex(green / weight)}${hex(blue / weight)}`;
}

interface Bin {
  weight: number;
  red: number;
  green: number;
  blue: number;
}

function hex(channel: number): string {
  return Math.round(channel).toString(16).padStart(2, '0');
}
