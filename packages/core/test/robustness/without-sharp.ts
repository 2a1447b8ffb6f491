/** Loaded into a process before anything else: sharp's library is missing, as if it had been installed on another machine. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('@img/sharp-')) throw new Error(`Cannot find package '${specifier}'`);
    return next(specifier, context);
  },
});
