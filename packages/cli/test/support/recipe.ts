import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The text of a file in `examples/ci`. */
export function recipePath(name: string): string {
  return fileURLToPath(new URL(`../../../../examples/ci/${name}`, import.meta.url));
}

export function readWorkflow(name: string): Workflow {
  return parse(readFileSync(recipePath(name), 'utf8')) as Workflow;
}

/** The file of an action for GitHub. */
export function actionPath(name: string): string {
  return fileURLToPath(new URL(`../../../../action/${name}`, import.meta.url));
}

/** The steps of a composite action. */
export function readAction(name: string): CompositeAction {
  return parse(readFileSync(actionPath(`${name}/action.yml`), 'utf8')) as CompositeAction;
}

/** The fields of a composite action that tests read. */
export interface CompositeAction {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly WorkflowStep[] };
}

export function readGitLabJob(recipe: string, name: string): GitLabJob {
  const text = readFileSync(recipePath(recipe), 'utf8');
  return (parse(text) as Readonly<Record<string, GitLabJob>>)[name]!;
}

/** The fields of a workflow of GitHub that tests read. */
export interface Workflow {
  readonly on: unknown;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

export interface WorkflowJob {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly WorkflowStep[];
}

export interface WorkflowStep {
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The fields of a job of GitLab that tests read. */
export interface GitLabJob {
  readonly script: readonly string[];
  readonly after_script?: readonly string[];
}

export interface StepsRun {
  /** The exit codes of the steps that ran, by name. */
  readonly codes: Readonly<Record<string, number>>;
  readonly output: string;
}

/**
 * Runs the named steps of a job as GitHub does: each in its own `bash -e`, and after a failure only steps with a condition
 * that allows it. `values` are the values of expressions, such as `github.base_ref`.
 */
export async function runSteps(
  job: WorkflowJob,
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly values: Readonly<Record<string, string>>;
  },
): Promise<StepsRun> {
  const codes: Record<string, number> = {};
  let output = '';
  for (const { name, run, env = {}, if: condition = '' } of job.steps) {
    if (name === undefined || run === undefined) continue;
    const hasFailed = Object.values(codes).some((code) => code !== 0);
    if (hasFailed && !/always\(\)|!cancelled\(\)/.test(condition)) continue;
    const own = Object.entries(env).map(([key, text]) => [key, valueOf(text, options.values)]);
    const step = await runShell(['-e', '-c', run], options.cwd, {
      ...options.env,
      ...Object.fromEntries(own),
    });
    codes[name] = step.code;
    output += step.output;
  }
  return { codes, output };
}

function valueOf(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{\{ *([^ }]+) *\}\}/g, (_, expression: string) => {
    const value = values[expression];
    if (value === undefined) throw new Error(`no value for ${expression}`);
    return value;
  });
}

/** Runs `bash`, and resolves to everything that it prints. */
export function runShell(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn('bash', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}
