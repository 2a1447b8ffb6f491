/** Not from core's index, whose types need the types of Node, which a page does not have. */
export type { ExactPicture, Picture } from '@tintype/core/types';
