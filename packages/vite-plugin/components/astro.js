export { Picture } from '@tintype/components/astro';
