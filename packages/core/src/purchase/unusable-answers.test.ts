import { describe, expect, test } from 'vitest';
import { afterAnswer, isHopeless, noAnswers, setUpHint } from './unusable-answers.ts';

const jpeg = 'it is jpeg and not png, which was asked for';

describe('a provider is given up', () => {
  test('after two answers of one kind, and not after one', () => {
    const once = afterAnswer(noAnswers, 'mine', jpeg);
    expect(once.isSuspicious).toBe(true);
    expect(isHopeless(once, 'mine', jpeg)).toBe(false);
    expect(isHopeless(afterAnswer(once, 'mine', jpeg), 'mine', jpeg)).toBe(true);
  });

  test('not for answers of two kinds, or of two providers', () => {
    const once = afterAnswer(noAnswers, 'mine', jpeg);
    expect(isHopeless(afterAnswer(once, 'mine', 'it is empty'), 'mine', jpeg)).toBe(false);
    expect(isHopeless(afterAnswer(once, 'yours', jpeg), 'mine', jpeg)).toBe(false);
  });

  test('where the problems differ in numbers only', () => {
    const twice = afterAnswer(afterAnswer(noAnswers, 'mine', 'cut at 10'), 'mine', 'cut at 20');
    expect(isHopeless(twice, 'mine', 'cut at 30')).toBe(true);
  });
});

test('a good answer ends the suspicion, and the count stays', () => {
  const good = afterAnswer(afterAnswer(noAnswers, 'mine', jpeg), 'mine', null);
  expect(good.isSuspicious).toBe(false);
  expect(isHopeless(afterAnswer(good, 'mine', jpeg), 'mine', jpeg)).toBe(true);
});

test.each([
  [jpeg, /jpeg.*originalFormat: 'any'/],
  ['the API answered, but with an address for the picture, and that answers 404', /responseFormat/],
  ['the API answered, but not with JSON', /baseUrl/],
  ['it does not decode', /Images API/],
])('the hint for "%s" names the option', (problem, hint) => {
  expect(setUpHint(problem)).toMatch(hint);
});
