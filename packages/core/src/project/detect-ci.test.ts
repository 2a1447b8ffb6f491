import vendors from 'ci-info/vendors.json' with { type: 'json' };
import { expect, test } from 'vitest';
import { detectCi } from './detect-ci.ts';

test.each([
  [{ CI: 'true' }, 'CI'],
  [{ CI: '1', GITHUB_ACTIONS: 'true' }, 'GitHub Actions (GITHUB_ACTIONS)'],
  [{ TF_BUILD: 'True' }, 'Azure Pipelines (TF_BUILD)'],
  [{ CODEBUILD_BUILD_ARN: 'arn:aws:codebuild' }, 'AWS CodeBuild (CODEBUILD_BUILD_ARN)'],
  [{ BUILDER_OUTPUT: '/builder/outputs' }, 'Google Cloud Build (BUILDER_OUTPUT)'],
  [{ TEAMCITY_VERSION: '2026.1' }, 'TeamCity (TEAMCITY_VERSION)'],
  [{ NODE: '/app/.heroku/node/bin/node' }, 'Heroku (NODE)'],
  [{ STACK: 'heroku-24' }, 'Heroku (STACK)'],
  [{ VERCEL: '1' }, 'Vercel (VERCEL)'],
  [{ CI_NAME: 'codeship' }, 'Codeship (CI_NAME)'],
  [{ JENKINS_URL: 'http://ci/' }, 'a CI (JENKINS_URL)'],
  [{ BUILD_NUMBER: '7' }, 'a CI (BUILD_NUMBER)'],
  [{ AWS_APP_ID: 'd1' }, 'a CI (AWS_APP_ID)'],
  [{ EO_PAGES_CI: '1' }, 'a CI (EO_PAGES_CI)'],
])('%j is %s', (env, name) => {
  expect(detectCi(env)).toBe(name);
});

test.each([
  {},
  { CI: '' },
  { CI: 'false', GITHUB_ACTIONS: 'true' },
  { CI: '0', TF_BUILD: 'True' },
  { CI: 'False' },
  { NODE: '/usr/bin/node', STACK: 'lamp', TF_BUILD: '' },
])('%j is none', (env) => {
  expect(detectCi(env)).toBeNull();
});

test('every CI that ci-info recognises by a variable is known', () => {
  const named = vendors.flatMap(({ name, env }) =>
    typeof env === 'string' ? [[name, env] as const] : [],
  );
  expect(named.length).toBeGreaterThan(40);
  for (const [name, variable] of named) {
    expect(detectCi({ [variable]: '1' })).toBe(`${name} (${variable})`);
  }
});
