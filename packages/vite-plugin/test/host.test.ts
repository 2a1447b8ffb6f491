import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Plugin, ResolvedConfig } from 'vite';
import { nodeProblem } from '../src/host.ts';
import { tintype } from '../src/index.ts';

/** The bundler of a version of Vite. */
function bundlerOf(vite: string, name: string): string {
  return createRequire(fileURLToPath(import.meta.resolve(`${vite}/package.json`))).resolve(name);
}

interface Bundler {
  readonly rollup?: (options: object) => Promise<unknown>;
  readonly build?: (options: object) => Promise<unknown>;
}

test.each([
  ['vite7', 'rollup'],
  ['vite', 'rolldown'],
])('%s: %s alone is told that Vite is needed', async (vite, name) => {
  const bundler = (await import(bundlerOf(vite, name))) as Bundler;
  const input = fileURLToPath(import.meta.url);
  const plugins = tintype();
  const run = bundler.rollup ?? ((options) => bundler.build!({ ...options, write: false }));
  const failure = await run({ input, plugins }).then(
    () => 'it did not fail',
    ({ message }: Error) => message,
  );
  expect(failure).toContain(`needs Vite 6 or later`);
  expect(failure).toContain(`this is ${name} without it`);
});

test('with a Vite without environments, an error names the version that is needed', () => {
  const configured = tintype().flatMap((plugin: Plugin) => {
    const { configResolved } = plugin;
    return typeof configResolved === 'function' ? [configResolved] : [];
  });
  // Vite 5.4 passes a context without environments.
  const config = { root: '/', plugins: [], command: 'build' } as unknown as ResolvedConfig;
  expect(() => configured[0]!.call({} as never, config)).toThrow('this is Vite 5 or older');
});

test.each([
  ['20.20.0', 'needs Node 22.19 or later; this is Node 20.20.0'],
  ['22.17.0', 'this is Node 22.17.0'],
  ['22.19.0', null],
  ['24.1.0', null],
])('Node %s', (version, problem) => {
  if (problem === null) expect(nodeProblem(version)).toBeNull();
  else expect(nodeProblem(version)).toContain(problem);
});
