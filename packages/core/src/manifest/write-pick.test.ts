import { describe, expect, test } from 'vitest';
import { writePick } from './write-pick.ts';

describe('pick is written and nothing else changes', () => {
  const cases: [name: string, before: string, after: string][] = [
    [
      'below number_of_images, comments and blank lines kept',
      '# top\nimages:\n\n  a: # the first\n    prompt: "x"   # why\n    number_of_images: 3 # three\n    alt: y\n\n  b: { prompt: z }\n',
      '# top\nimages:\n\n  a: # the first\n    prompt: "x"   # why\n    number_of_images: 3 # three\n    pick: 2\n    alt: y\n\n  b: { prompt: z }\n',
    ],
    [
      'in place of another',
      'images:\n  a:\n    pick: 1 # was\n    prompt: x\n',
      'images:\n  a:\n    pick: 2 # was\n    prompt: x\n',
    ],
    [
      'before the first field where the count comes from a preset',
      'images:\n  a:\n      preset: three\n      alt: y\n',
      'images:\n  a:\n      pick: 2\n      preset: three\n      alt: y\n',
    ],
    [
      'into a flow map',
      'images:\n  a: { prompt: x, number_of_images: 3 }\n',
      'images:\n  a: { prompt: x, number_of_images: 3, pick: 2 }\n',
    ],
    [
      'into a flow map with a comma at its end',
      'images: { a: { prompt: x, number_of_images: 3, } }\n',
      'images: { a: { prompt: x, number_of_images: 3, pick: 2, } }\n',
    ],
    [
      'into a flow map with a comment at its end',
      'images:\n  a: { prompt: x, number_of_images: 3 # three\n  }\n',
      'images:\n  a: { prompt: x, number_of_images: 3, pick: 2 # three\n  }\n',
    ],
    [
      'into a flow map over several lines',
      'images:\n  a: {\n    prompt: x, # why\n    number_of_images: 3, # three\n    # the end\n  }\n',
      'images:\n  a: {\n    prompt: x, # why\n    number_of_images: 3, pick: 2, # three\n    # the end\n  }\n',
    ],
    [
      'into an empty flow map',
      'images:\n  a: { # by the defaults\n  }\n',
      'images:\n  a: { pick: 2 # by the defaults\n  }\n',
    ],
    [
      'where its value is left out',
      'images:\n  a:\n    pick: # none\n    prompt: x\n',
      'images:\n  a:\n    pick: 2 # none\n    prompt: x\n',
    ],
    [
      'below a count that is on a separate line',
      'images:\n  a:\n    number_of_images:\n      3\n    prompt: x\n',
      'images:\n  a:\n    number_of_images:\n      3\n    pick: 2\n    prompt: x\n',
    ],
    [
      'at the end of a file without a line end',
      'images:\n  a:\n    number_of_images: 3',
      'images:\n  a:\n    number_of_images: 3\n    pick: 2',
    ],
    [
      'with the line ends that the file has',
      'images:\r\n  a:\r\n    number_of_images: 3\r\n    alt: y\r\n',
      'images:\r\n  a:\r\n    number_of_images: 3\r\n    pick: 2\r\n    alt: y\r\n',
    ],
    [
      'under a quoted id with a template in it',
      'images:\n  "a-{{ b }}":\n    number_of_images: 3\n',
      'images:\n  "a-{{ b }}":\n    number_of_images: 3\n    pick: 2\n',
    ],
  ];
  test.each(cases)('%s', (_, before, after) => {
    const id = before.includes('{{') ? 'a-{{ b }}' : 'a';
    expect(writePick(before, id, 2)).toEqual({ text: after });
  });
});

test('an entry that is an alias or does not exist is not changed', () => {
  const text = 'images:\n  a: &x { prompt: x }\n  b: *x\n';
  expect(writePick(text, 'b', 1)).toHaveProperty('problem');
  expect(writePick(text, 'c', 1)).toHaveProperty('problem');
});
