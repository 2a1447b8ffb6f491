/**
 * Prints a table of the product's rooms: source files, lines, and the median and largest file, without tests.
 *
 *     node scripts/rooms.ts [folder of a checkout]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2] ?? '.';
const files = execFileSync('git', ['-C', root, 'ls-files', 'packages'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => /\/src\/.*\.(ts|css|html)$/.test(file) && !file.endsWith('.test.ts'));

/** `core/plan` of `packages/core/src/plan/x.ts`, `core` of a file in `src` itself. */
function roomOf(file: string): string {
  const [, name, room = ''] = /^packages\/([^/]+(?:\/[^/]+)?)\/src\/(?:([^/]+)\/)?/.exec(file)!;
  return room === '' ? name! : `${name}/${room}`;
}

const rooms = Map.groupBy(files, roomOf);
const linesOf = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length - 1;
let total = 0;
console.log('| room | files | lines | median | largest |\n| --- | ---: | ---: | ---: | --- |');
for (const [room, inRoom] of [...rooms].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  const sizes = inRoom
    .map((file) => [linesOf(file), file.split('/').at(-1)!] as const)
    .toSorted(([a], [b]) => a - b);
  const lines = sizes.reduce((sum, [size]) => sum + size, 0);
  const [largest, name] = sizes.at(-1)!;
  total += lines;
  console.log(
    `| ${room} | ${inRoom.length} | ${lines} | ${sizes[sizes.length >> 1]![0]} | ${largest} ${name} |`,
  );
}
console.log(`| all | ${files.length} | ${total} | | |`);
