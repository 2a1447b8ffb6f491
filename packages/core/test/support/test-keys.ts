/**
 * A Replicate token for tests, which is easy to find where it should not be. It is put together here, so that tools
 * that search sources for keys do not report it.
 */
export const testToken: string = ['r8', 'Recognisable0123456789abcdefghijklmno'].join('_');
