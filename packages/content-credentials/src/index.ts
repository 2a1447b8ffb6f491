/** The public API of `@tintype/content-credentials`: a list, nothing else. */
export { contentCredentials } from './content-credentials.ts';
export type { ContentCredentialsOptions } from './content-credentials.ts';
