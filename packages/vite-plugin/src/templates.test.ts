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
  expect(templateReferences(code)).toEqual(names);
});
