import { expect, test } from 'vitest';
import { annotation } from './annotation.ts';

test('a message cannot end its line or begin a command', () => {
  expect(annotation('error', '100%\r\n::set-output name=x::y', {})).toBe(
    '::error::100%25%0D%0A::set-output name=x::y\n',
  );
});

test('a property cannot end its value or begin another', () => {
  expect(annotation('warning', 'm', { file: 'a,line=9::x%\n.yaml', line: 3, title: 'a: b' })).toBe(
    '::warning file=a%2Cline=9%3A%3Ax%25%0A.yaml,line=3,title=a%3A b::m\n',
  );
});

test('a property brings no escape sequence to the terminal', () => {
  expect(annotation('error', 'm', { file: 'a\u001B[31m\u009B2J.yaml' })).toBe(
    '::error file=a.yaml::m\n',
  );
});

test('what is not known is left out', () => {
  expect(annotation('error', 'm', { file: undefined, title: 't' })).toBe('::error title=t::m\n');
});
