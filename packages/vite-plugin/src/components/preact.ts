export { Picture } from '@tintype/components/preact';
