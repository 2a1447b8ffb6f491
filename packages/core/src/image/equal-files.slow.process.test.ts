import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';

const disc = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120">
  <rect width="120" height="120" fill="#ffe8c0"/><circle cx="60" cy="60" r="50" fill="green"/></svg>`);

test('processes with other numbers of threads, another order and other concurrency make equal files', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tintype-'));
  const files = await Promise.all(
    [0, 90, 180].map(async (hue) => {
      const path = join(dir, `${hue}.png`);
      await sharp(disc).modulate({ hue }).toFile(path);
      return path;
    }),
  );
  const script = `
    import { readFile } from 'node:fs/promises';
    import { deriveVariants } from ${here('derive-variants.ts')};
    import { encoderSettings } from ${here('encoder-settings.ts')};
    import { folderCache } from ${here('../cache/folder-cache.ts')};
    const { files, atOnce, dir } = JSON.parse(process.argv[1]);
    const options = {
      cache: folderCache(dir, console.error),
      settings: (spec) => encoderSettings(spec, 3),
      placeholder: 'blur',
    };
    const crops = ['attention', 'entropy', 'centre'].map((position) => ({ width: 90, height: 60, position }));
    const derive = async (path) => {
      const source = { sha256: path, width: 120, height: 120, read: () => readFile(path) };
      const made = [];
      for (const crop of crops) {
        const specs = ['avif', 'webp', 'jpeg', 'png'].flatMap((format) =>
          [45, 90].map((width) => ({ format, compression: 80, width, height: width / 1.5, crop })));
        const { encoded, preview } = await deriveVariants(source, specs, options);
        made.push(encoded.map(({ sha256 }) => sha256), preview);
      }
      return [path, made];
    };
    const made = [];
    if (atOnce) made.push(...await Promise.all(files.map(derive)));
    else for (const path of files) made.push(await derive(path));
    console.log(JSON.stringify(made.toSorted()));`;
  const run = (threads: string, order: readonly string[], atOnce: boolean): unknown =>
    JSON.parse(
      execFileSync(
        process.execPath,
        [
          '--input-type=module',
          '--eval',
          script,
          JSON.stringify({ files: order, atOnce, dir: join(dir, threads) }),
        ],
        { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: threads } },
      ),
    );
  const one = run('1', files, false);
  expect(one).toHaveLength(3);
  expect(run('8', files.toReversed(), true)).toEqual(one);
});

function here(file: string): string {
  return JSON.stringify(new URL(file, import.meta.url).href);
}
