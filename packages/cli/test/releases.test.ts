/** What a release publishes, and what asks for bug reports. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { publishedProblems } from '../../../scripts/published-problems.ts';
import { withRepository } from '../../../scripts/with-repository.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const packages = readdirSync(`${root}packages`).map((name) => ({
  name,
  text: readFileSync(`${root}packages/${name}/package.json`, 'utf8'),
}));

describe('the address of the repository', () => {
  test('is in every package that is published, and the rest of it stays', () => {
    for (const { name, text } of packages) {
      const before = JSON.parse(text) as Record<string, unknown>;
      const after = withRepository(text, 'https://github.com/team/tintype', `packages/${name}`);
      if (before['private'] === true) {
        expect(after).toBe(text);
        continue;
      }
      expect(JSON.parse(after)).toEqual({
        ...before,
        homepage: 'https://github.com/team/tintype#readme',
        bugs: 'https://github.com/team/tintype/issues',
        repository: {
          type: 'git',
          url: 'git+https://github.com/team/tintype.git',
          directory: `packages/${name}`,
        },
      });
    }
  });

  test.each(['', 'github.com/team/tintype', 'https://github.com/team', 'https://x/a/b"; rm'])(
    'is not %j',
    (address) => {
      expect(() => withRepository('{}', address, 'packages/x')).toThrow('is no address');
    },
  );
});

test('a package has its texts, no sources or tests, and a budget of bytes', () => {
  const texts = ['package.json', 'README.md', 'LICENSE'];
  const packed = (name: string, unpackedSize: number, ...more: string[]) =>
    publishedProblems({ name, unpackedSize, files: [...texts, ...more].map((path) => ({ path })) });
  expect(packed('tintype', 1000, 'dist/bin.js', 'schema/plan.json')).toEqual([]);
  expect(packed('tintype', 1e9)[0]).toMatch(/^1000000000 bytes are more than the budget of \d+/);
  for (const path of ['src/bin.ts', 'dist/a.test.js', 'dist/a.d.ts.map', '.env', 'dist/.env.local'])
    expect(packed('tintype', 1000, path)).toEqual([`${path} must not be published`]);
  expect(publishedProblems({ name: 'tintype', unpackedSize: 0, files: [] })).toHaveLength(3);
  // A new package needs a budget.
  for (const { text } of packages) {
    const { name, private: isPrivate } = JSON.parse(text) as { name: string; private?: boolean };
    if (isPrivate !== true) expect(packed(name, 1000)).toEqual([]);
  }
});

test('the form for bugs demands the output of doctor', () => {
  const text = readFileSync(`${root}.github/ISSUE_TEMPLATE/bug.yml`, 'utf8');
  const { body } = parse(text) as {
    body: { id?: string; attributes: { label?: string }; validations?: { required: boolean } }[];
  };
  expect(body.find(({ id }) => id === 'doctor')).toMatchObject({
    attributes: { label: 'The output of `npx tintype doctor`' },
    validations: { required: true },
  });
});

test('the release workflow publishes by identity: without a token, after an approval', () => {
  const text = readFileSync(`${root}.github/workflows/release.yml`, 'utf8');
  const { permissions, jobs } = parse(text) as {
    permissions: object;
    jobs: { publish: { environment: string; permissions: object; steps: { run?: string }[] } };
  };
  expect(permissions).toEqual({});
  expect(text).not.toContain('secrets.');
  expect(jobs.publish).toMatchObject({
    environment: 'npm',
    permissions: { contents: 'read', 'id-token': 'write' },
  });
  const runs = jobs.publish.steps.flatMap(({ run }) => run ?? []);
  expect(runs.indexOf('npm run check')).toBeLessThan(runs.indexOf('npm run release'));
});
