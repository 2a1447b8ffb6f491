import { chmod, mkdir, mkdtemp, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { git as run } from '../../test/support/git.ts';
import { gitIn, gitProblem } from './git.ts';

const env = { PATH: process.env['PATH'] };

let root: string;
let flag: string;
let program: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-git-'));
  flag = join(root, 'ran');
  program = join(root, 'program.sh');
  await writeFile(program, `#!/bin/sh\ntouch '${flag}'\n`);
  await chmod(program, 0o755);
});

async function hasRun(): Promise<boolean> {
  return stat(flag).then(
    () => true,
    () => false,
  );
}

test('the files of a bare repository in a clone are no repository', async () => {
  run(root, 'init', '--quiet');
  const store = join(root, '.tintype');
  run(root, 'init', '--quiet', '--bare', '.tintype');
  run(store, 'config', 'core.fsmonitor', program);
  run(store, 'config', 'core.bare', 'false');
  run(store, 'config', 'core.worktree', '.');
  const answer = gitIn(store, env)(['status']);
  expect(gitProblem(await answer.catch((error: unknown) => error))).toMatch(/^git failed: /);
  expect(await hasRun()).toBe(false);
});

test('no monitor and no hook is started', async () => {
  run(root, 'init', '--quiet');
  run(root, 'config', 'core.fsmonitor', program);
  await mkdir(join(root, 'hooks'));
  await gitIn(root, env)(['status', '--short']);
  expect(await hasRun()).toBe(false);
});

test('no program checks the signature of a commit, and no protocol fetches what is missing', async () => {
  run(root, 'init', '--quiet');
  run(root, 'commit', '--quiet', '--allow-empty', '--message', 'first');
  const commit = run(root, 'cat-file', 'commit', 'HEAD').replace(
    /^(committer .*)$/m,
    '$1\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----',
  );
  await writeFile(join(root, 'signed'), commit);
  const signed = run(root, 'hash-object', '-t', 'commit', '-w', 'signed').trim();
  run(root, 'update-ref', 'HEAD', signed);
  run(root, 'config', 'log.showSignature', 'true');
  for (const name of ['gpg.program', 'gpg.ssh.program', 'gpg.x509.program'])
    run(root, 'config', name, program);
  run(root, 'config', 'protocol.ext.allow', 'always');
  expect(await gitIn(root, env)(['log', '--format=%s %G?'])).toContain('first');
  await gitIn(root, env)(['ls-remote', `ext::${program}`]).catch(() => '');
  expect(await hasRun()).toBe(false);
  run(root, 'log', '--format=%s %G?');
  expect(await hasRun(), 'the test can see it').toBe(true);
});

test('only the person’s environment reaches git, without keys and what is another repository’s', async () => {
  run(root, 'init', '--quiet');
  const bin = await folderWithGit('/usr/bin/env');
  const given = { PATH: bin, HOME: '/h', OPENAI_API_KEY: 'sk', GIT_DIR: '/x', GIT_TRACE2: '/y' };
  const text = await gitIn(root, given)([]);
  expect(text).toContain('HOME=/h\n');
  expect(text).not.toMatch(/OPENAI|GIT_DIR|TRACE2/);
});

/** A folder whose `git` runs a program. */
async function folderWithGit(command: string): Promise<string> {
  const bin = await mkdtemp(join(tmpdir(), 'tintype-bin-'));
  await writeFile(join(bin, 'git'), `#!/bin/sh\n${command}\n`);
  await chmod(join(bin, 'git'), 0o755);
  return bin;
}

test('git is not started outside of a repository', async () => {
  const git = gitIn(root, { PATH: await folderWithGit(program) });
  const failure: unknown = await git(['status']).catch((error: unknown) => error);
  expect(gitProblem(failure)).toBe('this is not a git repository');
  expect(await hasRun()).toBe(false);
});

test('a folder in a repository may be reached by a link', async () => {
  run(root, 'init', '--quiet');
  await mkdir(join(root, 'site'));
  const link = join(await mkdtemp(join(tmpdir(), 'tintype-link-')), 'site');
  await symlink(join(root, 'site'), link);
  expect(await gitIn(link, env)(['rev-parse', '--show-prefix'])).toBe('site/\n');
});
