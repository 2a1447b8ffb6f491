import { expect, test } from 'vitest';
import { findLeftovers, referencePlaces } from './find-leftovers.ts';

const find = (text: string) => findLeftovers(text, (name) => name === 'pier' || name === 'crew/bo');

test.each([
  ['jsx("img", { src: "tintype:pier" })', ['tintype:pier']],
  ["h('img', { src: 'tintype:crew/bo' })", ['tintype:crew/bo']],
  ['e.jsx(`img`,{src:`tintype:pier`})', ['tintype:pier']],
  ['template("<img src=\\"tintype:pier\\">")', ['tintype:pier']],
  ['"<img src=tintype:pier>"', ['tintype:pier']],
  ['{backgroundImage:"url(tintype:pier)"}', ['tintype:pier']],
  ['srcset="tintype:pier 2x"', ['tintype:pier']],
  ['const pictures = ["tintype:pier", "tintype:crew/bo"]', ['tintype:pier', 'tintype:crew/bo']],
  ['{"icons":[{"src":"tintype:peer"}]}', ['tintype:peer']],
  ['a { background: url( tintype:peer ) } b { background: url("tintype:peer") }', ['tintype:peer']],
  ['import hero from "virtual:tintype/pier"', ['virtual:tintype/pier']],
  ['await import("virtual:tintype/crew/*")', ['virtual:tintype/crew/*']],
])('%s', (text, names) => {
  expect(find(text)).toEqual(names);
});

test.each([
  '"Write tintype:pier in your page"',
  '"tintype:pier is a picture"',
  '"In Markdown: use `tintype:pier`."',
  '{ name: "tintype:build" }',
  '//#region \0virtual:tintype/pier',
  '"virtual:tintype/pier"',
  'https://example.com/tintype:pier',
  'mytintype:pier',
  '/* a { background: url("tintype:pier") } */ b {}',
  'a {}\n  // src="tintype:pier"',
])('%s is none', (text) => {
  expect(find(text)).toEqual([]);
});

test('of a page, its attributes and scripts are looked at, and not its words', async () => {
  const page = `<p>"tintype:pier"</p><code>&lt;img src="tintype:pier"></code>
    <div data-props='{"src":"tintype:crew/bo"}'></div><script type="text/template"><img src="tintype:pier"></script>`;
  expect(find(await referencePlaces(page))).toEqual(['tintype:crew/bo', 'tintype:pier']);
  expect(find(await referencePlaces(page.split('\n')[0]!))).toEqual([]);
});
