export { Picture } from '@tintype/components/solid';
