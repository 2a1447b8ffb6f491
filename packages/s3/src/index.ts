/** The public API of `@tintype/s3`: a list, nothing else. */
export { s3 } from './s3.ts';
export type { S3Options } from './s3.ts';
export type { S3Credentials } from './credentials.ts';
