import { TintypeError } from '../errors.ts';
import { sha256 } from '../hash.ts';

/** What an order may be called: letters, digits and `. _ : / @ + # = { } -`, 1 to 200 of them. */
export const orderPattern = /^[\w.:/@+#={}-]{1,200}$/;

/** An order's id as a person types it. Throws `usage`. */
export function parseOrder(text: string): string {
  if (orderPattern.test(text)) return text;
  throw new TintypeError(
    'usage',
    'an order is 1 to 200 letters, digits and characters of . _ : / @ + # = { } -',
  );
}

/**
 * The id of the pipeline that runs this process; `null` outside of one, or where its CI gives none. `env`: the real
 * environment, never a file of the project's. Jobs of one pipeline, and a job that is run again, have one id.
 */
export function pipelineOrder(env: Readonly<Record<string, string | undefined>>): string | null {
  const id = pipelineVariables.map((name) => env[name]?.trim()).find(Boolean);
  if (id === undefined) return null;
  // Jenkins makes its tag of a job's name, which may hold anything.
  return orderPattern.test(id) ? id : sha256(id);
}

/**
 * Where each CI says which pipeline it is running, with what it does when a job is run again. GitHub, CircleCI and
 * Bitbucket were looked up on 2026-11-28; the pages of the others were not read again. The first that is set counts. A CI that is not here, or that gives a new id to a job that is run again, is told `--order`.
 */
const pipelineVariables = [
  // Stays when a run is run again; GITHUB_RUN_ATTEMPT grows.
  // https://docs.github.com/en/actions/reference/workflows-and-actions/variables. Gitea and Forgejo set it, too.
  'GITHUB_RUN_ID',
  // Stays when a job is retried. https://docs.gitlab.com/ci/variables/predefined_variables/
  'CI_PIPELINE_ID',
  // A workflow that is run again has a new id in the same pipeline. https://circleci.com/docs/reference/variables/
  'CIRCLE_PIPELINE_ID',
  'CIRCLE_WORKFLOW_ID',
  // Stays when failed jobs are run again. https://learn.microsoft.com/azure/devops/pipelines/build/variables
  'BUILD_BUILDID',
  // https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
  'BITBUCKET_PIPELINE_UUID',
  // Stays when a job is retried. https://buildkite.com/docs/pipelines/configure/environment-variables
  'BUILDKITE_BUILD_ID',
  // A build that is retried has a new id. https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
  'CODEBUILD_BUILD_ID',
  // Stays when a job is restarted. https://docs.travis-ci.com/user/environment-variables/
  'TRAVIS_BUILD_ID',
  // https://www.appveyor.com/docs/environment-variables/
  'APPVEYOR_BUILD_ID',
  // https://docs.semaphoreci.com/reference/env-vars
  'SEMAPHORE_WORKFLOW_ID',
  // https://cirrus-ci.org/guide/writing-tasks/#environment-variables
  'CIRRUS_BUILD_ID',
  // https://docs.netlify.com/build/configure-builds/environment-variables/. A deploy that is retried has a new id.
  'DEPLOY_ID',
  // https://docs.drone.io/pipeline/environment/reference/. A number within a repository.
  'DRONE_BUILD_NUMBER',
  // https://woodpecker-ci.org/docs/usage/environment. A number within a repository.
  'CI_PIPELINE_NUMBER',
  // The job's name and the build's number. https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
  'BUILD_TAG',
] as const;
