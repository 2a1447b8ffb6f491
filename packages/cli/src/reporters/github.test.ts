import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TintypeError } from '@tintype/core';
import picocolors from 'picocolors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ALL_EVENTS, EVENTS, timed } from '../../test/support/events.ts';
import { FakeOutput } from '../../test/support/fake-shell.ts';
import { githubView } from './github.ts';
import { plainView } from './plain.ts';
import type { View } from './reporter.ts';

let folder: string;
let stdout: FakeOutput;
let stderr: FakeOutput;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-'));
  [stdout, stderr] = [new FakeOutput(), new FakeOutput()];
});
afterEach(() => rmSync(folder, { recursive: true }));

function view(env: Record<string, string> = {}, quiet = false): View {
  const plain = plainView(stderr, { colors: picocolors.createColors(false), quiet });
  return githubView(stdout, { plain, quiet, root: join(folder, 'site'), env });
}

test('annotates problems at their line, and tells the rest in plain lines', () => {
  const github = view();
  for (const event of ALL_EVENTS) github.report(event);
  github.close();
  expect(stdout.text).toBe(`\
::error file=site.images.yaml,line=3,col=5,title=unknown-field::unknown field "prmpt"; did you mean "prompt"?
::warning file=site.images.yaml,line=2,title=maybe-billed::hero was requested before
::error file=site.images.yaml,line=22,title=moderation::cart: refused by the safety system
`);
  expect(stderr.text).toContain('generating hero\n');
  expect(stderr.text).not.toContain('unknown-field');
});

test('paths are relative to the repository, where GitHub looks them up', () => {
  view({ GITHUB_WORKSPACE: folder }).report(timed(EVENTS.failed));
  expect(stdout.text).toContain('file=site/site.images.yaml,');
});

test('quiet annotates errors only', () => {
  const github = view({}, true);
  for (const event of ALL_EVENTS) github.report(event);
  expect(stdout.text).not.toContain('::warning');
  expect(stdout.text.match(/::error/g)).toHaveLength(2);
});

test('what ends the run is annotated too', () => {
  view().close(new TintypeError('originals-missing', '1 original is missing:\n  hero  100%'));
  expect(stdout.text).toBe(
    '::error title=tintype::1 original is missing:%0A  hero  100%25%0AFor this run alone: --missing standin or --missing buy\n',
  );
});

test('what ends the run is annotated at its line, where it has one', () => {
  const place = { file: 'site.images.yaml', line: 7 };
  view({ GITHUB_WORKSPACE: folder }).close(new TintypeError('over-budget', 'no', { place }));
  expect(stdout.text).toMatch(/^::error file=site\/site\.images\.yaml,line=7,title=tintype::no%0A/);
});

test('a command that makes nothing leaves no empty summary', () => {
  const file = join(folder, 'summary.md');
  view({ GITHUB_STEP_SUMMARY: file }).close();
  expect(readdirSync(folder)).toEqual([]);
});

test('appends a summary to what other steps wrote', () => {
  const file = join(folder, 'summary.md');
  writeFileSync(file, '# Before\n');
  const github = view({ GITHUB_STEP_SUMMARY: file });
  for (const event of ALL_EVENTS) github.report(event);
  github.close();
  expect(readFileSync(file, 'utf8')).toMatch(/^# Before\n### Tintype\n\n\| Image \|/);
});

test('a summary that cannot be written does not fail the run', () => {
  const github = view({ GITHUB_STEP_SUMMARY: join(folder, 'missing', 'summary.md') });
  github.report(timed(EVENTS.failed));
  github.close();
  expect(stderr.text).toContain('the step summary could not be written');
});
