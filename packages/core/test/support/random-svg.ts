/** A drawing put together at random from a grammar that knows what is hostile in SVG. Equal seeds give equal drawings. */
export function randomSvg(seed: number): string {
  const random = mulberry32(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const chance = (share: number): boolean => random() < share;
  const many = (most: number, make: () => string): string =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, make).join('');

  const value = (name: string): string => {
    if (name.startsWith('on')) return pick(scripts);
    if (/href|src|data|action|to|values|from/.test(name))
      return pick([...urls, ...ids.map((id) => `#${id}`)]);
    if (name === 'style') return many(3, () => `${pick(properties)}:${pick(paints)};`);
    if (name === 'id') return pick(ids);
    if (name === 'd') return `M${many(6, () => `${Math.floor(random() * 99)} `)}z`;
    return chance(0.3) ? pick(paints) : String(Math.floor(random() * 100));
  };
  const attribute = (): string => {
    const name = vary(pick(names));
    return ` ${name}=${pick(['"', "'"]) === '"' ? `"${value(name).replaceAll('"', '&quot;')}"` : `'${value(name).replaceAll("'", '&#39;')}'`}`;
  };
  const vary = (name: string): string =>
    chance(0.05) ? name.toUpperCase() : chance(0.05) ? `xlink:${name}` : name;
  const text = (): string =>
    pick([
      'evil',
      '&lt;script&gt;hit&lt;/script&gt;',
      '<![CDATA[<script>window.hit=1</script>]]>',
      '<!-- evil -->',
      '',
    ]);
  const style = (): string =>
    `<style>${pick(['', '@import "http://127.0.0.1:9/evil.css";'])}${many(3, () => `${pick(['*', 'rect', '#a', '.b', 'svg'])}{${pick(properties)}:${pick(paints)}}`)}</style>`;
  const element = (depth: number): string => {
    if (chance(0.06)) return style();
    if (chance(0.06)) return `<script>${pick(scripts)}</script>`;
    const name = pick(chance(0.7) ? shapes : hostile);
    const space = chance(0.1) ? ' xmlns="http://www.w3.org/1999/xhtml"' : '';
    const inner =
      depth === 0 ? text() : many(4, () => element(depth - 1)) + (chance(0.2) ? text() : '');
    return `<${name}${space}${unique(many(5, attribute))}>${inner}</${name}>`;
  };
  const size = chance(0.8) ? ' viewBox="0 0 100 100"' : ' width="100" height="100"';
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"${size}${unique(many(2, attribute))}>${many(8, () => element(3))}</svg>`;
}

/** XML allows each attribute once. */
function unique(attributes: string): string {
  const seen = new Map<string, string>();
  for (const [whole, name] of attributes.matchAll(/ ([\w:-]+)=(?:"[^"]*"|'[^']*')/g))
    seen.set(name!, whole);
  for (const name of ['xmlns', 'viewBox', 'width', 'height']) seen.delete(name);
  return [...seen.values()].join('');
}

const evil = 'http://127.0.0.1:9/evil';
const ids = ['a', 'b', 'c', 'd'];
const scripts = ["window.hit='evil'", "&#119;indow.hit='evil'", "top.hit='evil'"];
const urls = [
  evil,
  `//127.0.0.1:9/evil`,
  "javascript:window.hit='evil'",
  "java\tscript:window.hit='evil'",
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='window.hit=1'/>",
  'data:text/html,<script>top.hit=1</script>',
  `${evil}.svg#a`,
];
const paints = [
  'red',
  '#00f',
  'none',
  'url(#a)',
  `url(${evil}.svg#a)`,
  `url('${evil}')`,
  `u\\72l(${evil})`,
  `image-set("${evil}" 1x)`,
  `URL(  "${evil}"  )`,
  'expression(alert(1))',
  'var(--x)',
  'rgb(1 2 3)',
];
const properties = [
  'fill',
  'stroke',
  'filter',
  'mask',
  'clip-path',
  'background',
  'cursor',
  '--x',
  'mix-blend-mode',
  'marker-end',
  'content',
];
const names = [
  ...'id class style fill stroke filter mask clip-path cursor transform href src x y width height cx cy r d points viewBox'.split(
    ' ',
  ),
  ...'onload onclick onmouseover onbegin onerror onfocus data action to values from attributeName begin dur formaction'.split(
    ' ',
  ),
];
const shapes =
  'g path rect circle ellipse line polygon text tspan defs symbol use linearGradient stop clipPath mask pattern filter feFlood feGaussianBlur title desc'.split(
    ' ',
  );
const hostile =
  'a foreignObject image iframe object embed animate set animateTransform handler feImage link base img body form video audio switch metadata textPath marker view script-x'.split(
    ' ',
  );

/** A small generator of random numbers, from 0 to 1 (Tommy Ettinger, 2017). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
