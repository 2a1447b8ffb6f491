/** publint and attw over every package as it would be published. */
import { spawnSync } from 'node:child_process';

const packages = [
  'packages/core',
  'packages/queue',
  'packages/queue-dashboard',
  'packages/s3',
  'packages/sheet',
  'packages/cli',
  'packages/unplugin',
  'packages/vite-plugin',
];

let failed = false;
for (const directory of packages) {
  // The CLI has no import to check: attw would look for one.
  const hasImport = directory !== 'packages/cli';
  const commands = ['publint --strict', ...(hasImport ? ['attw --pack --profile esm-only'] : [])];
  for (const command of commands) {
    console.log(`${directory}: ${command}`);
    const { status } = spawnSync(command, { cwd: directory, shell: true, stdio: 'inherit' });
    failed ||= status !== 0;
  }
}
process.exit(failed ? 1 : 0);
