#!/usr/bin/env node
import * as nodeModule from 'node:module';
import * as os from 'node:os';
import { join } from 'node:path';
import { nodeProblem } from './node-problem.ts';

// The imports above exist in every Node, so that an old version can print which version is needed.
const problem = nodeProblem(process.versions.node);
if (problem === null) {
  // sharp encodes on the threads on which Node reads and writes files. libuv starts 4 of them at their first use, unless this says
  // otherwise. With two more than there are processors, all processors encode and no file waits for them. On Windows, libuv does
  // not see what a process sets (https://github.com/libuv/libuv/issues/4887, 2026-11-30).
  if (process.platform !== 'win32')
    process.env['UV_THREADPOOL_SIZE'] ??= String(os.availableParallelism() + 2);

  // Node caches compiled code, and the config without its types, for the next start. The cache is in this package's own folder,
  // because Node's default is in the temporary folder, where other users may write. If the folder cannot be written, there is
  // no cache; Deno has none at all. Everything else is imported after this.
  const cache = join(import.meta.dirname, '../node_modules/.cache/compiled');
  if ('enableCompileCache' in nodeModule) nodeModule.enableCompileCache(cache);
  const { main } = await import('./main.ts');
  const { processShell } = await import('./shell.ts');

  process.exitCode = await main(process.argv.slice(2), processShell(process));
} else {
  process.stderr.write(`tintype: ${problem}\n`);
  process.exitCode = 2;
}
