import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

test('a file is read while encoders work, even if libuv has fewer threads than there are processors', () => {
  const script = `
    import { readFile } from 'node:fs/promises';
    import { encodeQueue } from ${here('encode-queue.ts')};
    import { loadSharp } from ${here('load-sharp.ts')};
    const sharp = await loadSharp();
    const noise = { type: 'gaussian', mean: 128, sigma: 60 };
    const picture = await sharp({ create: { width: 160, height: 160, channels: 3, noise } }).png().toBuffer();
    const order = [];
    const encodes = Array.from({ length: 3 }, async () => {
      await encodeQueue(() => sharp(picture).avif().toBuffer());
      order.push('encoded');
    });
    await readFile(new URL(${here('encode-queue.ts')})).then(() => order.push('read'));
    await Promise.all(encodes);
    console.log(order.join());`;
  const order = execFileSync(
    process.execPath,
    ['-C', 'tintype-source', '--input-type=module', '--eval', script],
    { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '2' } },
  );
  expect(order).toBe('read,encoded,encoded,encoded\n');
});
