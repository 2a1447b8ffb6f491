import { between, pick, type Random } from './seeded-random.ts';

/** Colours as `#rrggbb`. `paper`, `ink`, `muted` and `tag` are the label's; the others are the picture's. */
export interface Palette {
  readonly paper: string;
  readonly ink: string;
  /** Secondary text. */
  readonly muted: string;
  /** Filled behind paper-coloured text. */
  readonly tag: string;
  readonly ground: string;
  /** Five steps away from the ground, the nearest to it first. */
  readonly ramp: readonly [string, string, string, string, string];
  readonly accent: string;
  readonly accentSoft: string;
}

/**
 * A palette of one hue that drifts towards a neighbouring one, with a warm accent for a cool hue and a cool one for a warm hue.
 * Each role has a fixed OKLCH lightness, so every hue has the same contrast: the label's text has at least 4.5 : 1 on its paper
 * or tag.
 */
export function standInPalette(random: Random): Palette {
  const hue = between(random, 0, 360);
  const drift = pick(random, [-70, -40, 40, 70]);
  const isWarm = hue < 110;
  const accentHue = isWarm ? between(random, 185, 240) : between(random, 25, 85);
  const isNight = random() < 0.3;

  const ground = isNight ? 0.27 : 0.93;
  const steps = isNight ? [0.35, 0.44, 0.54, 0.66, 0.79] : [0.86, 0.76, 0.65, 0.53, 0.4];
  const ramp = steps.map((lightness, i) =>
    oklch(lightness, 0.055 + 0.011 * i, hue + (drift * i) / 4),
  ) as unknown as Palette['ramp'];

  return {
    paper: oklch(0.975, 0.008, hue),
    ink: oklch(0.26, 0.03, hue),
    muted: oklch(0.47, 0.03, hue),
    tag: oklch(0.42, 0.085, hue + drift),
    ground: oklch(ground, isNight ? 0.04 : 0.028, hue),
    ramp,
    accent: oklch(isNight ? 0.76 : 0.7, isWarm ? 0.095 : 0.125, accentHue),
    accentSoft: oklch(isNight ? 0.6 : 0.83, 0.075, accentHue),
  };
}

/** Hue in degrees. A colour outside sRGB loses chroma until it is inside; its lightness stays. */
function oklch(lightness: number, chroma: number, hue: number): string {
  const angle = (hue * Math.PI) / 180;
  const [red, green, blue] = oklabToLinear(
    lightness,
    chroma * Math.cos(angle),
    chroma * Math.sin(angle),
  );
  const isInside = [red, green, blue].every((channel) => channel >= 0 && channel <= 1);
  if (!isInside && chroma > 0.001) return oklch(lightness, chroma * 0.94, hue);
  return `#${[red, green, blue].map(toHexByte).join('')}`;
}

/** https://bottosson.github.io/posts/oklab/ (2026-11-22). */
function oklabToLinear(lightness: number, a: number, b: number): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function toHexByte(linear: number): string {
  const bounded = Math.min(1, Math.max(0, linear));
  const encoded = bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255)
    .toString(16)
    .padStart(2, '0');
}
