import { expect, test } from 'vitest';
import { addressProblem } from './address.ts';
import { openAi } from './openai/openai.ts';
import { replicate } from './replicate/replicate.ts';

test.each([
  ['api.openai.com/v1', /must be an address such as https:/],
  ['not a url', /must be an address/],
  ['127.0.0.1:4010/v1', /must be an address/],
  ['file:///etc/passwd', /must be an address/],
  ['', /must be an address/],
  ['https://user:hush-hush@api.example.com/v1', /no name or password/],
  ['https://hush-hush@api.example.com/v1', /no name or password/],
  ['https://api.example.com/v1?api-version=2026-01-01', /no \? and no #/],
])('nothing is sent to "%s", which is never repeated', (baseUrl, words) => {
  expect(addressProblem({ baseUrl })).toEqual({
    field: 'baseUrl',
    problem: expect.stringMatching(words),
  });
  for (const make of [openAi, replicate]) {
    expect(() => make({ baseUrl })).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(words) }),
    );
    expect(() => make({ baseUrl })).not.toThrow(/hush-hush/);
  }
});

test.each(['https://api.openai.com/v1', 'http://127.0.0.1:4010/v1/', 'http://[::1]:80', null])(
  '%s is an address',
  (baseUrl) => {
    expect(addressProblem({ baseUrl, organization: 'org-1', project: null })).toBeNull();
  },
);

test.each(['organization', 'project'] as const)('what no header carries is no %s', (field) => {
  const odd = { [field]: 'org-\n1' };
  expect(addressProblem(odd)).toMatchObject({ field });
  expect(() => openAi(odd)).toThrow(`openAi: ${field} holds characters`);
});
