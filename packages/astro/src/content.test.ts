import { z } from 'astro/zod';
import { expect, test } from 'vitest';
import { picture } from './content.ts';

/** As Astro has it: the path of a file. */
const image = () => z.string();

test('a reference becomes the path of a file for Astro to import', () => {
  expect(picture(image).parse(' tintype:team/ada@2 ')).toBe('/@tintype-content/team/ada@2.webp');
});

test.each(['hero', '/hero.png', 'tintype:', 'tintype:../secret'])(
  '%s names no picture',
  (written) => {
    expect(picture(image).safeParse(written).error?.issues[0]?.message).toBe(
      `"${written}" does not name a picture; write "tintype:" and the id of an image`,
    );
  },
);
