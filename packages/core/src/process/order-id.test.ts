import { expect, test } from 'vitest';
import { parseOrder, pipelineOrder } from './order-id.ts';

test.each([
  ['GitHub', { GITHUB_RUN_ID: '1658821493', GITHUB_RUN_ATTEMPT: '1' }, '1658821493'],
  ['GitHub, run again', { GITHUB_RUN_ID: '1658821493', GITHUB_RUN_ATTEMPT: '2' }, '1658821493'],
  ['GitLab', { CI_PIPELINE_ID: '4711', CI_JOB_ID: '12' }, '4711'],
  ['CircleCI', { CIRCLE_PIPELINE_ID: 'p-1', CIRCLE_WORKFLOW_ID: 'w-2' }, 'p-1'],
  ['CircleCI of old', { CIRCLE_WORKFLOW_ID: 'w-2' }, 'w-2'],
  ['Azure', { BUILD_BUILDID: '99', TF_BUILD: 'True' }, '99'],
  ['Bitbucket', { BITBUCKET_PIPELINE_UUID: '{0a-1b}' }, '{0a-1b}'],
  ['Buildkite', { BUILDKITE_BUILD_ID: '4735-1a' }, '4735-1a'],
  ['CodeBuild', { CODEBUILD_BUILD_ID: 'demo:b1e6661e' }, 'demo:b1e6661e'],
  ['Travis', { TRAVIS_BUILD_ID: '7' }, '7'],
  ['Drone', { DRONE_BUILD_NUMBER: '42' }, '42'],
  ['Jenkins', { BUILD_TAG: 'jenkins-site-12', BUILD_ID: '12' }, 'jenkins-site-12'],
  ['no CI', { CI: 'true', HOME: '/root' }, null],
  ['a variable that is empty', { GITHUB_RUN_ID: ' ', CI_PIPELINE_ID: '4711' }, '4711'],
])('the order of a pipeline: %s', (_, env, order) => {
  expect(pipelineOrder(env)).toBe(order);
});

test('an id that holds anything becomes one that an order may have, and different ones stay different', () => {
  const orders = ['jenkins-my site-1', 'jenkins-my/site\n-1', 'x'.repeat(300)].map((tag) =>
    pipelineOrder({ BUILD_TAG: tag }),
  );
  expect(new Set(orders).size).toBe(3);
  for (const order of orders) expect(parseOrder(order!)).toBe(order);
});

test.each(['', ' ', 'two words', 'x'.repeat(201), 'line\nbreak', 'é', '\u001b[31m'])(
  'no order is %j',
  (text) => {
    expect(() => parseOrder(text)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  },
);

test.each(['1658821493', 'release/2026-11', '{0a-1b}', 'x'.repeat(200)])('%j is one', (text) => {
  expect(parseOrder(text)).toBe(text);
});
