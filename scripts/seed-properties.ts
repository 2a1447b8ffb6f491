/** Properties are tried with the same values each time, so that a change is what fails. The long form tries new values. */
import fc from 'fast-check';

if (process.env['TINTYPE_TEST_MODE'] !== 'long') fc.configureGlobal({ seed: 20_261_124 });
