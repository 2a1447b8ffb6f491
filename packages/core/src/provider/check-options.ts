import { didYouMean } from '../did-you-mean.ts';
import { TintypeError } from '../errors.ts';
import { optionProblems, type OptionShapes } from '../option-shapes.ts';
import { isMap } from '../plain-checks.ts';

/** Throws a TintypeError `config` that names the first option of a provider that is wrong. */
export function checkOptions<Options extends object>(
  provider: string,
  options: Options,
  shapes: OptionShapes<Options>,
): void {
  const [problem = null] = isMap(options)
    ? optionProblems(options, shapes, null, unknown)
    : ['its options must be a map'];
  if (problem !== null) throw new TintypeError('config', `${provider}: ${problem}`);
}

function unknown(name: string, names: readonly string[]): string {
  const isKey = /^(api_?)?(key|token|secret)$/i.test(name) || /api_?(key|token)$/i.test(name);
  if (isKey)
    return `there is no option "${name}": a key is never in a config; put it into the environment${names.includes('apiKeyName') ? ', and name the variable with apiKeyName' : ''}`;
  const near = didYouMean(name, names);
  return `there is no option "${name}"${near === '' ? `; there are ${names.join(', ')}` : near}`;
}
