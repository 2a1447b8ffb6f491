import { TintypeError } from '../errors.ts';
import { sha256 } from '../hash.ts';

/** A valid name of an order: 1 to 200 letters, digits and characters of `. _ : / @ + # = { } -`. */
export const orderPattern = /^[\w.:/@+#={}-]{1,200}$/;

/** Checks an order's id that the user typed. Throws `usage`. */
export function parseOrder(text: string): string {
  if (orderPattern.test(text)) return text;
  throw new TintypeError(
    'usage',
    'an order is 1 to 200 letters, digits and characters of . _ : / @ + # = { } -',
  );
}

/**
 * The id of the pipeline that runs this process; `null`: there is no pipeline, or its CI gives no id. `env`: the real
 * environment, never a file of the project. All jobs of a pipeline have the same id, even a job that is run again.
 */
export function pipelineOrder(env: Readonly<Record<string, string | undefined>>): string | null {
  const id = pipelineVariables.map((name) => env[name]?.trim()).find(Boolean);
  if (id === undefined) return null;
  // Jenkins makes the tag from a job's name, which may contain any character.
  return orderPattern.test(id) ? id : sha256(id);
}

/**
 * The variable in which each CI gives the id of its pipeline, and what happens to the id when a job is run again. GitHub,
 * CircleCI and Bitbucket were looked up on 2026-11-28; the pages of the others were not read again. The first that is set
 * counts. For any other CI, and for one that gives a new id to a job that is run again, the user sets `--order`.
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
