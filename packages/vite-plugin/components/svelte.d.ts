export { Picture } from '@tintype/components/svelte';
