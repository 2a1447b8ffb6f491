import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';

/** The packages that a script loads. It runs in a process of its own, from source, and must print nothing. */
export async function packagesLoadedBy(script: string): Promise<string[]> {
  const files = await filesLoadedBy(script, ['-C', 'tintype-source']);
  const names = files.flatMap(
    (url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? [],
  );
  return [...new Set(names)].toSorted();
}

/** The URLs of the files that a script loads, with the built packages unless `flags` of Node say otherwise. */
export async function filesLoadedBy(
  script: string,
  flags: readonly string[] = [],
): Promise<string[]> {
  const spy = `
    import { registerHooks } from 'node:module';
    registerHooks({
      load(url, context, next) {
        if (url.startsWith('file:')) loaded.push(url);
        return next(url, context);
      },
    });
    const loaded = [];
    ${script}
    console.log(JSON.stringify(loaded));`;
  const args = [...flags, '--input-type=module', '-e', spy];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as string[];
}
