import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { disc, hostileSvgs } from '../../../test/fixtures/hostile-svgs.ts';
import { cleanSvg, type CleanOptions } from './clean-svg.ts';
import { inspectSvg } from './inspect-svg.ts';

function clean(svg: string, options: Partial<CleanOptions> = {}): Promise<string> {
  return cleanSvg(Buffer.from(svg), { idPrefix: 't1', ...options });
}

const drawing = (inner: string, more = 'viewBox="0 0 100 100"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${more}>${inner}</svg>`;

async function pixelsOf(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg)).resize(200, 200).ensureAlpha().raw().toBuffer();
}

const cleaned = hostileSvgs.filter(({ isRefused }) => isRefused !== true);
const refused = hostileSvgs.filter(({ isRefused }) => isRefused === true);

describe('a hostile drawing', () => {
  test('there are at least sixty of them', () => {
    expect(hostileSvgs.length).toBeGreaterThanOrEqual(60);
    expect(new Set(hostileSvgs.map(({ what }) => what)).size).toBe(hostileSvgs.length);
    for (const { svg } of cleaned) expect(svg).toContain('evil');
  });

  test.each(cleaned)('loses $what, and nothing else', async ({ svg }) => {
    const result = await clean(svg);
    // What a title says is text, and cannot be more.
    expect(result.replaceAll(/>[^<]*</g, '><')).not.toMatch(/evil|script|\bon\w+=/i);
    // The only address is the name of SVG.
    expect(result.match(/\w+:\/\/[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(await pixelsOf(result)).toEqual(await pixelsOf(drawing(disc)));
  });

  test.each(refused)('is refused for $what', async ({ svg }) => {
    await expect(clean(svg)).rejects.toMatchObject({ name: 'PictureError', code: 'undecodable' });
  });

  test('is as clean when it is cleaned again', async () => {
    for (const { svg } of cleaned) {
      const once = await clean(svg);
      expect(await clean(once, { idPrefix: 't1' })).toBe(once);
    }
  });
});

describe('a drawing', () => {
  const gradient =
    '<defs><linearGradient id="sky"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="#00f"/></linearGradient></defs>';

  test.each([
    ['gradients', `${gradient}<rect width="90" height="90" fill="url(#sky)"/>`],
    [
      'old references',
      `<defs><path id="p" d="M10 10h30v30z"/></defs><use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#p" x="20"/>`,
    ],
    [
      'a style sheet',
      '<style>.a{fill:#0a0;stroke:blue;stroke-width:4}</style><rect class="a" x="20" y="20" width="50" height="40"/>',
    ],
    [
      'style attributes',
      '<rect style="fill:teal;opacity:.5" x="20" y="20" width="50" height="40"/>',
    ],
    [
      'clips and masks',
      '<clipPath id="c"><circle cx="50" cy="50" r="30"/></clipPath><mask id="m"><rect width="50" height="100" fill="#fff"/></mask><g mask="url(#m)"><rect width="100" height="100" clip-path="url(#c)"/></g>',
    ],
    [
      'patterns',
      '<pattern id="p" width="10" height="10" patternUnits="userSpaceOnUse"><circle cx="5" cy="5" r="4"/></pattern><rect width="100" height="100" fill="url(#p)"/>',
    ],
    [
      'filters',
      '<filter id="f"><feGaussianBlur stdDeviation="3"/></filter><circle cx="50" cy="50" r="30" filter="url(#f)"/>',
    ],
    [
      'transformations',
      '<g transform="translate(50 50) rotate(30)"><rect x="-20" y="-20" width="40" height="40" transform="scale(1.2 .7)"/></g>',
    ],
    [
      'blend modes',
      '<rect width="60" height="60" fill="red"/><rect x="30" y="30" width="60" height="60" fill="lime" style="mix-blend-mode: multiply"/>',
    ],
    [
      'strokes',
      '<path d="M10 50c20-60 60 60 80 0" fill="none" stroke="#333" stroke-width="5" stroke-linecap="round" stroke-dasharray="8 4"/>',
    ],
  ])('keeps how it looks, with %s', async (_, inner) => {
    const result = await clean(drawing(inner));
    const [before, after] = await Promise.all([pixelsOf(drawing(inner)), pixelsOf(result)]);
    const differences = before.map((value, at) => Math.abs(value - after[at]!));
    // Coordinates are rounded, which changes the edges a little.
    expect(differences.reduce((sum, one) => sum + one, 0) / differences.length).toBeLessThan(0.5);
    expect(before.some((value) => value > 0)).toBe(true);
  });

  test('has ids that no other drawing in the page has', async () => {
    const svg = drawing(`${gradient}<rect width="90" height="90" fill="url(#sky)"/>`);
    expect(await clean(svg, { idPrefix: 'tone' })).toMatch(/id="tone-\w+".*url\(#tone-\w+\)/);
  });

  test('gets a viewBox from its width and height', async () => {
    expect(await clean(drawing(disc, 'width="100" height="50px"'))).toContain(
      'viewBox="0 0 100 50"',
    );
  });

  test('is drawn large enough, in its own shape', async () => {
    expect(
      await inspectSvg(Buffer.from(drawing('<path d="M2 2h9v9z"/>', 'viewBox="0 0 24 12"'))),
    ).toEqual({
      format: 'svg',
      width: 1024,
      height: 512,
      hasAlpha: true,
    });
  });

  test.each([
    ['nothing', ''],
    ['only what is transparent', '<rect width="100" height="100" fill="none"/>'],
    ['only what was not allowed', '<foreignObject width="100" height="100"/>'],
  ])('that draws %s is refused', async (_, inner) => {
    await expect(inspectSvg(Buffer.from(drawing(inner)))).rejects.toThrow('it draws nothing');
  });

  test('that is no drawing is inspected as a picture', async () => {
    const png = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect(await inspectSvg(png)).toMatchObject({ format: 'png', width: 3, height: 2 });
  });
});

describe('recolor', () => {
  const recolored = (inner: string, more = '') =>
    clean(drawing(inner, `viewBox="0 0 24 24" ${more}`), { recolors: true });

  test.each([
    ['the default black', '<path d="M1 1h9v9z"/><path d="M2 12h9v9z"/>', 1],
    [
      'one fill',
      '<path d="M1 1h9v9z" fill="#123456"/><g fill="#123456"><path d="M2 12h9v9z"/></g>',
      1,
    ],
    ['fill and stroke', '<path d="M1 1h9v9z" fill="red" stroke="#f00"/>', 2],
    ['a stroke', '<path d="M1 1h9v9z" fill="none" stroke="navy"/>', 1],
    ['a style sheet', '<style>path{fill:#0a0}</style><path d="M1 1h9v9z"/>', 1],
    [
      'a mask of other colours',
      '<mask id="m"><rect width="9" height="9" fill="#fff"/></mask><g mask="url(#m)"><path d="M1 1h9v9z" fill="#00f"/></g>',
      1,
    ],
  ])('makes %s the colour of the text', async (_, inner, count) => {
    const svg = await recolored(inner);
    expect(svg.match(/currentColor/g)).toHaveLength(count);
    const blue = svg.replace('<svg ', '<svg color="#0000ff" ');
    const drawn = await sharp(Buffer.from(blue))
      .resize(200)
      .flatten({ background: '#00f' })
      .raw()
      .toBuffer();
    // Without a colour of its own, it cannot be seen on the same colour.
    expect(new Set(drawn.filter((_, at) => at % 3 < 2))).toEqual(new Set([0]));
  });

  test('keeps the white of a mask', async () => {
    const svg = await recolored(
      '<mask id="m"><rect width="9" height="9" fill="#fff"/></mask><g mask="url(#m)"><path d="M1 1h9v9z" fill="#00f"/></g>',
    );
    expect(svg).toContain('fill="#fff"');
  });

  test('refuses two colours, and names them', async () => {
    await expect(
      recolored('<path d="M1 1h9v9z" fill="red"/><path d="M2 12h9v9z" fill="#00f"/>'),
    ).rejects.toThrow('recolor needs a drawing in one colour, and it has red, #00f');
  });

  test('refuses a gradient', async () => {
    await expect(
      recolored(
        '<linearGradient id="g"><stop stop-color="red"/><stop offset="1"/></linearGradient><path d="M1 1h9v9z" fill="url(#g)"/>',
      ),
    ).rejects.toThrow('recolor needs a drawing in one colour');
  });
});
