import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { loadProject, planProject, systemClock } from '../../packages/core/src/index.ts';
import { fileStore } from '../../packages/core/src/store/file-store.ts';

/** The built command line, as it is published. */
export const tintype: string = fileURLToPath(
  new URL('../../packages/cli/dist/bin.js', import.meta.url),
);

/**
 * A project of `images` images in manifests of 100, each of `widths` widths and the full size in AVIF, WebP and JPEG, with all
 * originals and all files, as after an earlier run. Pictures are tiny, because a warm run opens none. It is
 * made once and kept in the temporary folder.
 */
export async function warmProject(images: number, widths: readonly number[]): Promise<string> {
  const root = join(tmpdir(), `tintype-warm-${images}x${(widths.length + 1) * 3}`);
  if (!existsSync(root)) await make(root, images, widths);
  // A run that finds nothing to do writes the snapshot once no file is younger than 2 s.
  for (let run = 0; run < 2; run++) {
    await setTimeout(2500);
    execFileSync(process.execPath, [tintype, '--quiet'], { cwd: root });
  }
  return root;
}

async function make(root: string, images: number, widths: readonly number[]): Promise<void> {
  process.stderr.write(`making ${images} images\n`);
  const folder = await mkdtemp(join(dirname(root), 'tintype-warm-making-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(
    join(folder, 'tintype.config.ts'),
    "export default { defaults: { quality: 'low' as const } };\n",
  );
  for (let first = 0; first < images; first += 100) {
    const name = `page-${String(first / 100).padStart(4, '0')}`;
    await writeFile(
      join(folder, `${name}.images.yaml`),
      manifest(name, Math.min(100, images - first), widths),
    );
  }
  await fillStore(folder);
  execFileSync(process.execPath, [tintype, '--quiet'], { cwd: folder });
  await rm(root, { recursive: true, force: true });
  await mkdir(dirname(root), { recursive: true });
  await rename(folder, root);
}

function manifest(page: string, images: number, widths: readonly number[]): string {
  const entries = Array.from({ length: images }, (_, index) => {
    const prompt = `Picture ${index} of ${page}: a quiet street at dusk, lamps lit, rain on the stones`;
    return `  ${page}/picture-${index}:\n    prompt: "${prompt}"\n    alt: Picture ${index} of ${page}\n`;
  });
  return `defaults:
  formats: [avif, webp, jpeg]
${widths.length === 0 ? '' : `  widths: [${widths.join(', ')}]\n`}images:
${entries.join('')}`;
}

/** Originals of 64 x 48 pixels in one colour, under the keys of the manifests' requests. */
async function fillStore(root: string): Promise<void> {
  const project = await loadProject({ cwd: root, env: {}, root });
  const context = {
    ...project,
    ...systemClock,
    signal: new AbortController().signal,
    report: () => {},
  };
  const store = fileStore(project.config.storeDir);
  const { requests } = await planProject(context);
  for (const [index, { key, request }] of requests.entries()) {
    const background = { r: index & 255, g: (index >> 8) & 255, b: 128 };
    const bytes = await sharp({ create: { width: 64, height: 48, channels: 3, background } })
      .png()
      .toBuffer();
    await store.put({
      key: key!,
      request: request!,
      bytes,
      info: { format: 'png', width: 64, height: 48, hasAlpha: false },
      rejected: null,
      usage: null,
      costUsd: null,
      requestId: null,
      createdAt: new Date('2026-11-22T00:00:00Z'),
    });
  }
}
