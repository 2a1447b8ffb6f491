/**
 * A Replicate token for tests, easy to find where it should not be. Put together here, so that nothing that searches
 * sources for keys takes it for one.
 */
export const testToken: string = ['r8', 'Recognisable0123456789abcdefghijklmno'].join('_');
