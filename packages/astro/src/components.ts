/** For pages: `import { Picture } from '@tintype/astro/components'`. */
export { Picture } from 'vite-plugin-tintype/astro';
