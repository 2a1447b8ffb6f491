export { default as Picture } from './PreloadedPicture.svelte';
