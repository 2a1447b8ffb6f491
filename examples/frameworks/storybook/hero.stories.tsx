import type { Meta, StoryObj } from '@storybook/react-vite';
import hero from 'virtual:tintype/hero';
import { Picture } from 'vite-plugin-tintype/react';

export default { component: Picture } satisfies Meta<typeof Picture>;
export const Shown: StoryObj<typeof Picture> = {
  args: { of: hero, className: 'hero', priority: true },
};
