import { describe, expect, test } from 'vitest';
import { orderOf } from '../../../test/support/order.ts';
import { sha256 } from '../../hash.ts';
import type { Request } from '../../types.ts';
import { ratioOf } from '../ratio-of.ts';
import { inputsOf } from './inputs.ts';
import { replicate } from './replicate.ts';

const picture = sha256('picture');

describe('what is known not to work is refused before anything is spent', () => {
  test.each<[Partial<Request>, string]>([
    [{ model: 'a b' }, 'has no model "a b"'],
    [{ model: 'gpt-image-1', size: 'auto' }, 'takes no size auto'],
    [{ model: 'gpt-image-1', size: '2048x1152' }, 'takes no size 2048x1152, only 1024x1024'],
    [{ model: 'gpt-image-2', size: '1280x720' }, 'takes no size 1280x720'],
    [
      { model: 'gpt-image-2', input_fidelity: 'high' },
      'takes no input_fidelity for openai/gpt-image-2',
    ],
    [{ model: 'gpt-image-2.6-flare', complexity: 'low' }, 'takes no complexity'],
    [{ model: 'gpt-image-2', input_images: [picture], mask: picture }, 'takes no mask'],
    [{ model: 'gpt-image-2', input_images: [picture], markup: picture }, 'takes no markup'],
    [{ model: 'owner/model', quality: 'high' }, 'takes no quality'],
    [{ model: 'owner/model', background: 'transparent' }, 'takes no background'],
    [{ model: 'owner/model', input_images: [picture] }, 'inputNames'],
  ])('%j: %s', (request, words) => {
    expect(replicate().refuse(orderOf(request).request)).toContain(words);
  });

  test.each<Partial<Request>>([
    { model: 'gpt-image-1', input_fidelity: 'high', input_images: [picture] },
    { model: 'openai/gpt-image-1.5', input_fidelity: 'high', input_images: [picture] },
    { model: 'gpt-image-2', size: 'auto' },
    { model: 'gpt-image-2.5-flare', quality: 'xhigh', background: 'transparent' },
    { model: 'owner/model:abc123', size: '1536x640' },
  ])('%j passes', (request) => {
    expect(replicate().refuse(orderOf(request).request)).toBeNull();
  });

  test('a model that takes one picture is given no second', () => {
    const { request } = orderOf({ model: 'owner/model', input_images: [picture, picture] });
    expect(replicate({ inputNames: { input_images: 'image' } }).refuse(request)).toContain(
      'one input image',
    );
    expect(replicate({ inputNames: { input_images: 'images[]' } }).refuse(request)).toBeNull();
  });
});

test('the inputs of the config win, and null takes one out', () => {
  const resolved = inputsOf(
    orderOf({ model: 'owner/model', size: 'auto' }).request,
    { prompt: 'Another', output_format: null, steps: 4 },
    {},
  );
  expect(resolved).toMatchObject({ inputs: { prompt: 'Another', steps: 4 } });
  expect(resolved).not.toHaveProperty('inputs.output_format');
});

test.each([
  ['1024x1024', '1:1'],
  ['1536x640', '12:5'],
  ['auto', null],
])('the ratio of %s is %s', (size, ratio) => {
  expect(ratioOf(size)).toBe(ratio);
});
