import type { EmulatedModel, InputRule } from './models.ts';

export interface InvalidField {
  readonly type: string;
  readonly field: string;
  readonly description: string;
}

/**
 * The fields of an input that its model refuses. This is stricter than Replicate, which ignores inputs that a model does
 * not have. Here they are an error, so that no test passes with an input that has no effect.
 */
export function invalidFields(
  model: EmulatedModel,
  input: Record<string, unknown>,
): InvalidField[] {
  const missing = Object.entries(model.inputs)
    .filter(([name, { required }]) => required === true && !Object.hasOwn(input, name))
    .map(([name]) => invalid('required', name, `${name} is required`));
  const wrong = Object.entries(input).flatMap(([name, value]) => {
    const rule = Object.hasOwn(model.inputs, name) ? model.inputs[name] : undefined;
    const description = rule === undefined ? 'There is no such input' : wrongness(rule, value);
    return description === null ? [] : [invalid('value', name, description)];
  });
  return [...missing, ...wrong];
}

function wrongness({ type, values, min, max }: InputRule, value: unknown): string | null {
  if (!isOfType(type, value)) return `Invalid type. Expected: ${type}, given: ${typeof value}`;
  if (values !== undefined && !values.includes(value as string)) {
    return `Must be one of the following: ${values.map((one) => `"${one}"`).join(', ')}`;
  }
  if (min !== undefined && Number(value) < min) return `Must be greater than or equal to ${min}`;
  if (max !== undefined && Number(value) > max) return `Must be less than or equal to ${max}`;
  return null;
}

function isOfType(type: InputRule['type'], value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'uri':
      return isUri(value);
    case 'uris':
      return Array.isArray(value) && value.every(isUri);
    default:
      return typeof value === type;
  }
}

function isUri(value: unknown): boolean {
  return typeof value === 'string' && /^(https?:\/\/|data:image\/)/.test(value);
}

function invalid(type: string, name: string, description: string): InvalidField {
  return { type, field: `input.${name}`, description };
}
