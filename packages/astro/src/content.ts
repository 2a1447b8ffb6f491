import { z } from 'astro/zod';
import type { Picture } from 'vite-plugin-tintype';
import { pathOfReference } from './content-path.ts';

export type { Picture } from 'vite-plugin-tintype';

/**
 * A field of a content collection that holds a reference such as `tintype:hero`. In the entry it is the picture, as its import is:
 * `schema: ({ image }) => z.object({ cover: picture(image) })`.
 */
export function picture(image: () => z.ZodType): z.ZodType<Picture> {
  const reference = z.string().transform((written, context) => {
    const path = pathOfReference(written);
    if (path !== null) return path;
    const message = `"${written}" does not name a picture; write "tintype:" and the id of an image`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
  return reference.pipe(image() as z.ZodType<unknown, string>) as unknown as z.ZodType<Picture>;
}
