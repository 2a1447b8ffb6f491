/** The public API of `@tintype/queue`: a list, nothing else. */
export { queueAddress } from './queue-address.ts';
export type { QueueAddress } from './queue-address.ts';
