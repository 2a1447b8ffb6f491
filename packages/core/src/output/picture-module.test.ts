import { expect, test } from 'vitest';
import { toPicture } from '../picture/asset-picture.ts';
import type { Asset } from '../types.ts';
import { renderModule } from './picture-module.ts';

const asset = (alt: string): Asset => ({
  width: 640,
  height: 480,
  alt,
  src: 'hero.jpeg',
  sources: { jpeg: 'hero.jpeg 640w' },
  sizes: null,
  placeholder: null,
  color: '#aabbcc',
  ai: {
    generated: true,
    provider: 'openai',
    model: 'gpt-image-2',
    original: null,
    digitalSourceType: '',
  },
  files: [],
});

async function imported(
  names: readonly string[],
  alt = 'A pier',
): Promise<Record<string, unknown>> {
  const images = Object.fromEntries(names.map((name) => [name, asset(`${alt} ${name}`)]));
  const text = renderModule({ version: 1, images }, '/images/', false);
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as Record<
    string,
    unknown
  >;
}

test('each picture is an export, and the default has all by name', async () => {
  const names = ['hero', 'hero-night', 'team/ann', 'hero-2'];
  const module = await imported(names);
  expect(Object.keys(module).toSorted()).toEqual([
    'default',
    'hero',
    'hero2',
    'heroNight',
    'teamAnn',
  ]);
  const all = module['default'] as Record<string, unknown>;
  expect(Object.keys(all)).toEqual(names);
  expect(all['team/ann']).toBe(module['teamAnn']);
  expect(module['hero']).toEqual(toPicture(asset('A pier hero'), '/images/'));
});

test('a name that a module cannot have, or that two images would have, is only in the default', async () => {
  const names = [
    'new',
    'default',
    '404',
    'Picture',
    'a-b',
    'a/b',
    'constructor',
    '__proto__',
    '_0',
  ];
  const module = await imported(names);
  expect(Object.keys(module).toSorted()).toEqual(['Proto', 'constructor', 'default']);
  // A record has names that are numbers first.
  const others = names.filter((name) => name !== '404');
  expect(Object.keys(module['default'] as object)).toEqual(['404', ...others]);
});

test('text of the manifest stays text', async () => {
  const alt = `"; globalThis.stolen = 1; // \u2028 \` \${1} */ </script>`;
  const { hero } = (await imported(['hero'], alt)) as { hero: { alt: string } };
  expect(hero.alt).toBe(`${alt} hero`);
  expect('stolen' in globalThis).toBe(false);
});
