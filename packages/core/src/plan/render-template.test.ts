import { describe, expect, test } from 'vitest';
import { cpuMsOf } from '../../test/support/cpu-time.ts';
import { renderTemplate, variablesIn } from './render-template.ts';

const variables = {
  name: 'home',
  'two words': 2,
  yes: true,
  tricky: '{{ name }}',
  dollar: '$& $1 $$',
};

describe('renderTemplate', () => {
  test.each([
    ['', ''],
    ['no template', 'no template'],
    ['{{ name }}', 'home'],
    ['{{name}}{{name}}', 'homehome'],
    ['a {{\tname\n}} b', 'a home b'],
    ['{{ two words }}', '2'],
    ['{{ yes }}', 'true'],
    ['{{ tricky }}', '{{ name }}'],
    ['{{ dollar }}', '$& $1 $$'],
    ['\\{{ name }}', '{{ name }}'],
    ['\\{{', '{{'],
    ['\\\\{{ name }}', '\\{{ name }}'],
    ['{ { name } }', '{ { name } }'],
    ['{ name }', '{ name }'],
    ['{{ name', '{{ name'],
    ['name }}', 'name }}'],
    ['{{{ name }}}', '{home}'],
    ['${{{ name }}}', '${home}'],
  ])('%j becomes %j', (template, text) => {
    expect(renderTemplate(template, variables)).toEqual({ text, unknown: [] });
  });

  test.each([
    ['{{ nobody }} {{ name }} {{ other }}', ['nobody', 'other']],
    ['{{}}', ['']],
    ['{{ Name }}', ['Name']],
    ['{{ __proto__ }}{{ constructor }}', ['__proto__', 'constructor']],
    ['{{ name | upper }}', ['name | upper']],
  ])('%j has unknown variables: %j', (template, unknown) => {
    expect(renderTemplate(template, variables).unknown).toEqual(unknown);
  });

  test('a million spaces in a placeholder take no time', () => {
    const template = `{{${' '.repeat(1_000_000)}`;
    const ms = cpuMsOf(() => {
      expect(renderTemplate(template, {}).text).toBe(template);
      expect(renderTemplate('{{'.repeat(500_000), {}).unknown).toEqual([]);
    });
    expect(ms).toBeLessThan(2000);
  });
});

test('variablesIn names the variables of a template, but not the escaped ones', () => {
  expect(variablesIn('{{ a }} \\{{ b }} {{c}} {{ a }}')).toEqual(['a', 'c', 'a']);
});
