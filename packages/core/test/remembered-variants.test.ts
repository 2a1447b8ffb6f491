import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openImages, type Options } from '../src/index.ts';
import { sha256 } from '../src/hash.ts';
import { cacheLayout } from '../src/cache/cache-layout.ts';
import type { DeliveredImage } from '../src/types.ts';
import { filesBelow } from './support/files.ts';
import { testProject } from './support/project.ts';

/** Longer than one step of a file system's clock. Before that, a plan is not remembered. */
const settlingMs = 2100;

const manifest = `
defaults: { size: 1024x1024, provider: offline, formats: [webp, jpeg] }
images:
  a: { prompt: a, alt: a, widths: [32] }
  b: { prompt: b, alt: b, crop: 32x16 }
`;

describe.concurrent('the cached files of images are remembered with their plan', () => {
  test('and are found without the index, unchanged', async () => {
    const { first, deliver, loseIndex, root } = await warmProject();
    await loseIndex();
    const { images, encoded } = await deliver();
    expect(encoded).toEqual([]);
    expect(images.map(described)).toEqual(first.map(described));
    for (const [at, file] of images.flatMap((image) => image.encoded).entries()) {
      expect(sha256(await file.read())).toBe(file.sha256);
      const path = join(root, `linked-${at}`);
      await file.linkTo(path);
      expect(sha256(await readFile(path))).toBe(file.sha256);
    }
  });

  test('but a file whose bytes have changed is forgotten and encoded again', async () => {
    const { first, deliver, loseIndex, root, cacheDir } = await warmProject();
    const file = first[0]!.encoded[0]!;
    await writeFile(cacheLayout.file(cacheDir, file.sha256), Buffer.alloc(file.bytes));
    const path = join(root, 'linked');
    const { images } = await deliver({}, (found) => found[0]!.encoded[0]!.linkTo(path));
    expect(images.map(described)).toEqual(first.map(described));
    expect(sha256(await readFile(path))).toBe(file.sha256);
    await loseIndex();
    expect((await deliver()).encoded).toEqual(['a']);
  });

  test('and a file that was only touched is hashed once', async () => {
    const { first, deliver, snapshotText, root, cacheDir } = await warmProject();
    await utimes(cacheLayout.file(cacheDir, first[0]!.encoded[0]!.sha256), 1, 1);
    const before = await snapshotText();
    await deliver({}, (found) => found[0]!.encoded[0]!.linkTo(join(root, 'linked')));
    const after = await snapshotText();
    expect(after).not.toBe(before);
    await deliver({}, (found) => found[0]!.encoded[0]!.linkTo(join(root, 'again')));
    expect(await snapshotText()).toBe(after);
  });

  test('but not for another effort', async () => {
    const { deliver, loseIndex } = await warmProject();
    await loseIndex();
    expect((await deliver({ effort: 1 })).encoded).toEqual(['a', 'b']);
  });

  test('but not for another manifest, even with the same number of files', async () => {
    const { deliver, write } = await warmProject();
    await write('site.images.yaml', manifest.replace('widths: [32]', 'widths: [16]'));
    const { images } = await deliver();
    expect(images[0]!.encoded.map(({ spec }) => spec.width)).toEqual([16, 1024, 16, 1024]);
  });

  test.each([
    ['torn', (text: string) => text.slice(0, -9)],
    ['edited', (text: string) => text.replace(/"ino":\d+/, '"ino":1')],
  ])('and a snapshot that was %s is not used', async (_, damage) => {
    const { deliver, loseIndex, snapshotPath, snapshotText } = await warmProject();
    await writeFile(await snapshotPath(), damage(await snapshotText()));
    await loseIndex();
    expect((await deliver()).encoded).toEqual(['a', 'b']);
  });
});

/** A project after two runs: the first encoded `first`, and the second remembered what it found in the index. */
async function warmProject() {
  const { root, context, write } = await testProject({ 'site.images.yaml': manifest });
  const cacheDir = join(root, 'cache');

  /** A run as a bundler makes it. Resolves to the delivered images and the names of those that it had to encode. */
  const deliver = async (
    options: Options = {},
    use: (images: DeliveredImage[]) => Promise<void> = async () => {},
  ) => {
    const open = await openImages(await context({ options: { ...options, cacheDir } }));
    const encoded: string[] = [];
    const images: DeliveredImage[] = [];
    for (const image of open.images.values()) {
      const original = await open.obtain(image.planned);
      const found = open.findDelivered(image, original);
      if (found === null) encoded.push(image.name);
      images.push(found ?? (await open.deliver(image, original)));
    }
    await use(images);
    await open.close();
    return { images, encoded };
  };

  const snapshotPath = async () => {
    const plans = join(cacheDir, 'v2', 'plans');
    const names = [...(await filesBelow(plans)).keys()];
    return join(
      plans,
      names.find((name) => name.endsWith('.variants'))!,
    );
  };

  await setTimeout(settlingMs);
  const { images: first } = await deliver();
  await deliver();
  return {
    root,
    cacheDir,
    write,
    first,
    deliver,
    loseIndex: () => rm(cacheLayout.index(cacheDir)),
    snapshotPath,
    snapshotText: async () => readFile(await snapshotPath(), 'utf8'),
  };
}

function described({ encoded, ...image }: DeliveredImage) {
  return { ...image, encoded: encoded.map(({ spec, bytes, sha256: sum }) => [spec, bytes, sum]) };
}
