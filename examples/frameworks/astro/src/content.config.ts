import { picture } from '@tintype/astro/content';
import { glob } from 'astro/loaders';
import { z } from 'astro/zod';
import { defineCollection } from 'astro:content';

export const collections = {
  posts: defineCollection({
    loader: glob({ pattern: '*.md', base: './src/posts' }),
    schema: ({ image }) => z.object({ cover: picture(image) }),
  }),
};
