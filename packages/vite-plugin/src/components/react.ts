export { Picture } from '@tintype/components/react';
