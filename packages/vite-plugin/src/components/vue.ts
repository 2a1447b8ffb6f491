export { Picture } from '@tintype/components/vue';
