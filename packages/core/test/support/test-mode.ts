/** Whether each test runs in full: `npm run test:long`, once a week. Otherwise it runs a part that stands for the rest. */
export const isLong: boolean = process.env['TINTYPE_TEST_MODE'] === 'long';

/** Whether only what is quick runs, and less of it where it is large: `npm test`. */
export const isQuick: boolean = process.env['TINTYPE_TEST_MODE'] === 'quick';

/** Every `every`-th value, beginning with the one at `first`; all values in the long form. */
export function some<Value>(values: readonly Value[], every: number, first = 0): readonly Value[] {
  return isLong ? values : values.filter((_, at) => at % every === first);
}
