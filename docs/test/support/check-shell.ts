/** Commands of shell blocks, and of the workflows in YAML. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { buildProgram } from '../../../packages/cli/src/build-program.ts';
import { program } from '../../../packages/cli/src/program.ts';
import { FakeShell } from '../../../packages/cli/test/support/fake-shell.ts';
import { type CodeBlock, codeBlocks, markdownPages, repository } from './pages.ts';
import { shellCommands } from './shell-commands.ts';

export async function shellProblems(blocks: readonly CodeBlock[]): Promise<string[]> {
  const found = await Promise.all(blocks.map(({ at, code }) => scriptProblems(at, code)));
  return found.flat();
}

/** Also that the YAML can be parsed. */
export async function yamlProblems(blocks: readonly CodeBlock[]): Promise<string[]> {
  const found = await Promise.all(
    blocks.map(async ({ at, code }) => {
      const documents = parseAllDocuments(code);
      const problems = documents.flatMap(({ errors }) => errors.map(({ message }) => message));
      const scripts = documents.flatMap((document) => scriptsOf(document.toJS()));
      const ofScripts = await Promise.all(scripts.map((script) => scriptProblems(at, script)));
      return [...problems.map((message) => `${at}: ${message}`), ...ofScripts.flat()];
    }),
  );
  return found.flat();
}

/** The values of `run` and `script` at any depth. */
function scriptsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
    ['run', 'script'].includes(name)
      ? [part].flat().filter((line) => typeof line === 'string')
      : scriptsOf(part),
  );
}

async function scriptProblems(at: string, script: string): Promise<string[]> {
  const { commands, problems } = shellCommands(script);
  const wrong = await Promise.all(
    commands.map(async ([name = '', ...args]) => {
      const known = Object.hasOwn(checks, name);
      const problem = known
        ? await checks[name]!(args, at.split(':')[0]!)
        : 'is not in the list of known commands';
      return problem === null ? [] : [`${at}: ${[name, ...args].join(' ')}: ${problem}`];
    }),
  );
  return [...problems.map((problem) => `${at}: ${problem}`), ...wrong.flat()];
}

/** What is wrong with a command's arguments; `null`: nothing. `file` is the page. */
type Check = (args: readonly string[], file: string) => string | null | Promise<string | null>;

/** Programs of others, whose arguments are not checked. */
const trusted = () => null;

const checks: Readonly<Record<string, Check>> = {
  tintype: tintypeProblem,
  npx: ([name, ...args]) => (name === 'tintype' ? tintypeProblem(args) : 'npx starts only tintype'),
  npm: npmProblem,
  node: ([...args], file) => fileProblem(args.find((word) => /\.\w+$/.test(word)) ?? '', file),
  vitest: (args, file) =>
    args.map((path) => (path === 'run' ? null : fileProblem(path, file))).find(Boolean) ?? null,
  ...Object.fromEntries(
    [
      'apt-get',
      'cp',
      'docker',
      'exit',
      'export',
      'git',
      'mkdir',
      'openssl',
      'oxfmt',
      'oxlint',
      'sleep',
      'test',
      'true',
    ].map((name) => [name, trusted]),
  ),
};

/** What the command line says about arguments, with actions that do nothing. */
export async function tintypeProblem(args: readonly string[]): Promise<string | null> {
  const [first, ...others] = program.commands.map((command) => ({
    ...command,
    action: async () => 0,
  }));
  const shell = new FakeShell();
  const commander = buildProgram({ ...program, commands: [first!, ...others] }, shell, () => {});
  try {
    await commander.parseAsync(args, { from: 'user' });
    return null;
  } catch (error) {
    return (error as { exitCode?: number }).exitCode === 0
      ? null
      : shell.stderr.text.split('\n')[0]!;
  }
}

/** Packages of others that readers install. */
const otherPackages = ['pg', '@opentelemetry/sdk-node'];

function npmProblem([action = '', ...args]: readonly string[], file: string): string | null {
  const names = args.filter((word) => !word.startsWith('-'));
  if (action === 'install') {
    const known = new Set([...otherPackages, ...packageNames()]);
    const unknown = names.find((name) => !known.has(name.replace(/(?<=.)@.*$/, '')));
    return unknown === undefined ? null : `${unknown} is no package of this repository`;
  }
  const script = action === 'run' ? names[0]! : action;
  if (['ci', 'init'].includes(script)) return null;
  const folders = [dirname(file), '.'];
  return folders.some((folder) => Object.hasOwn(packageAt(folder).scripts ?? {}, script))
    ? null
    : `there is no script ${script}`;
}

function packageNames(): string[] {
  const pages = markdownPages().filter((page) => /^packages\/[\w-]+\/README\.md$/.test(page.file));
  return pages.map((page) => packageAt(dirname(page.file)).name!);
}

interface PackageFile {
  readonly name?: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

function packageAt(folder: string): PackageFile {
  const path = join(repository, folder, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PackageFile) : {};
}

/** A path of the repository or of the page's folder, or a file that the page writes. */
function fileProblem(path: string, file: string): string | null {
  const page = markdownPages().find((one) => one.file === file)!;
  const isWritten = codeBlocks(page).some(({ name }) => name === path);
  const places = [join(repository, path), join(repository, dirname(file), path)];
  return isWritten || places.some((place) => existsSync(place)) ? null : `${path} does not exist`;
}
