import { expect, test } from 'vitest';
import { templateReferences } from './templates.ts';

test.each([
  ['<template><img alt="x" src="tintype:dune"></template>', ['tintype:dune']],
  ['<Card :wide="true" image="tintype:sea/cliff" />', ['tintype:sea/cliff']],
  ['Text ![A dune](tintype:dune) and ![the same](tintype:dune "title")', ['tintype:dune']],
  ['<script setup>const html = \'<img src="tintype:dune">\'</script>', []],
  ['```html\n<img src="tintype:dune">\n```\n', []],
  ['Use `<img src="tintype:dune">`, or `![](tintype:dune)`.', []],
  ['<p>Write tintype:dune</p>', []],
  ['<!-- <img src="tintype:dune"> -->', []],
])('%s', (code, names) => {
  expect(templateReferences(code, false).map(({ written }) => written)).toEqual(names);
});

test.each([
  ['<img src="tintype:dune" />', ['tintype:dune:1']],
  ['return (\n  <img src={"tintype:dune"} alt="" />\n)', ['tintype:dune:2']],
  [
    "const cards = [\n{ src: 'tintype:sea' },\n{ src: 'tintype:dune' }, 'tintype:sea']",
    ['tintype:sea:2', 'tintype:dune:3'],
  ],
  [
    '<img src={isDark ? `tintype:night` : `tintype:dune`} />',
    ['tintype:night:1', 'tintype:dune:1'],
  ],
  ['// <img src="tintype:dune" />\n/* "tintype:dune"\n */', []],
  ['<p>Write tintype:dune or "tintype:dune"</p>', []],
])('in an expression: %s', (code, places) => {
  const found = templateReferences(code, true);
  expect(found.map(({ written, line }) => `${written}:${line}`)).toEqual(places);
});
