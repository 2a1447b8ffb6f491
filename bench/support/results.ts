import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const resultsPath = fileURLToPath(new URL('../RESULTS.md', import.meta.url));

/**
 * Prints a bench's Markdown under a line with the versions and the machine. `--save` also writes it into `bench/RESULTS.md`,
 * replacing the result of an earlier run of the same bench. `title` is the section's name.
 */
export function publish(title: string, body: string): void {
  const args = process.argv.slice(2).filter((arg) => arg !== '--save');
  const script = process.argv[1]!.slice(process.argv[1]!.lastIndexOf('/bench/') + 1);
  const command = ['node -C tintype-source', script, ...args].join(' ');
  const section = `## ${title}\n\n${conditions(command)}\n\n${body.trim()}\n`;
  console.log(section);
  if (process.argv.includes('--save')) save(title, section);
}

function conditions(command: string): string {
  const day = new Date().toISOString().slice(0, 10);
  return (
    `\`${command}\`, ${day}: Node ${process.versions.node}, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}, ` +
    `${availableParallelism()} x ${cpus()[0]?.model.trim()}, ${platform()}.`
  );
}

function save(title: string, section: string): void {
  const [intro, ...sections] = readFileSync(resultsPath, 'utf8').split(/^(?=## )/m);
  const others = sections.map((text) => text.trimEnd() + '\n');
  const at = others.findIndex((text) => text.startsWith(`## ${title}\n`));
  const all = at === -1 ? [...others, section] : others.with(at, section);
  writeFileSync(resultsPath, [intro!.trimEnd() + '\n', ...all].join('\n'));
}
