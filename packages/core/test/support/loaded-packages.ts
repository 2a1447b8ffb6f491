import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';

/** The packages that a script loads. It runs in a process of its own and must print nothing. */
export async function packagesLoadedBy(script: string): Promise<string[]> {
  const spy = `
    import { registerHooks } from 'node:module';
    registerHooks({
      load(url, context, next) {
        const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url) ?? [];
        if (name !== undefined) loaded.add(name);
        return next(url, context);
      },
    });
    const loaded = new Set();
    ${script}
    console.log(JSON.stringify([...loaded].toSorted()));`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '-C',
    'tintype-source',
    '--input-type=module',
    '-e',
    spy,
  ]);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as string[];
}
