/** Every package as it would be published: publint, attw, a dry run of its publication, and what is in it. */
import { spawnSync } from 'node:child_process';
import { publishedProblems, type PackedFiles } from './published-problems.ts';

const packages = [
  'packages/core',
  'packages/components',
  'packages/queue',
  'packages/queue-dashboard',
  'packages/content-credentials',
  'packages/s3',
  'packages/sheet',
  'packages/cli',
  'packages/unplugin',
  'packages/vite-plugin',
  'packages/astro',
  'packages/nuxt',
];

let failed = false;
for (const directory of packages) {
  // The CLI has no import to check: attw would look for one.
  const hasImport = directory !== 'packages/cli';
  const commands = [
    'publint --strict',
    ...(hasImport ? ['attw --pack --profile esm-only'] : []),
    'pnpm publish --dry-run --no-git-checks --access public',
  ];
  for (const command of commands) {
    console.log(`${directory}: ${command}`);
    const { status } = spawnSync(command, { cwd: directory, shell: true, stdio: 'inherit' });
    failed ||= status !== 0;
  }
  const packed = spawnSync('npm pack --dry-run --json', { cwd: directory, shell: true });
  const [files] = Object.values(JSON.parse(String(packed.stdout)) as Record<string, PackedFiles>);
  for (const problem of publishedProblems(files!)) {
    console.error(`${directory}: ${problem}`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
