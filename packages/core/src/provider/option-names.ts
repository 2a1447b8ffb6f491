import type { Request } from '../types.ts';

/**
 * Why the `provider_options` of a request are not sent, in words that follow "provider x "; `null`: they may be. No image may set what
 * decides how many pictures are paid for, or what carries a key, because requests are kept in a committed store.
 */
export function forbiddenOption({ provider_options: options = {} }: Request): string | null {
  const name = Object.keys(options).find((one) => isKey.test(one) || isCount.test(one));
  if (name === undefined) return null;
  return isKey.test(name)
    ? `takes no ${name} from a manifest, which must not hold a key`
    : `takes no ${name} from provider_options, because Tintype asks for one picture at a time`;
}

const isKey = /key|token|secret|password|credential|authorization/i;

const isCount =
  /^n$|^(num|number|max)_?(of_?)?(images|outputs|pictures|samples)|^batch|^stream$|partial_?images/i;
