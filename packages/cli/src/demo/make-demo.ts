import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { AssetMap, Plan } from '@tintype/core';
import { isTintypeError } from '../explain-error.ts';
import type { RunFlags } from '../flags.ts';
import { type Core, withRun } from '../run.ts';
import type { Shell } from '../shell.ts';
import { demoManifest } from './demo-manifest.ts';
import { demoPage, type ShownPicture } from './demo-page.ts';

export interface Demo {
  /** The path of the page. */
  readonly page: string;
  /** What the pictures are, and what the missing ones would cost. */
  readonly note: string;
  /** The pictures are those of the project, and not those of the small site that comes with Tintype. */
  readonly isOwn: boolean;
}

/**
 * Makes a page of a project's pictures in a new temporary folder. What is not bought is a stand-in, and nothing is bought. A folder
 * without a manifest gets the small site.
 */
export async function makeDemo(shell: Shell, flags: RunFlags): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-demo-'));
  const own = { ...flags, outDir: join(folder, 'images'), missing: 'standin' } as const;
  try {
    return await draw(shell, own, folder, true).catch(async (error: unknown) => {
      if (!isTintypeError(error) || error.option !== 'manifests') throw error;
      await writeFile(join(folder, 'package.json'), '{}');
      await writeFile(join(folder, 'demo.images.yaml'), demoManifest);
      return draw(shell, { ...own, root: folder }, folder, false);
    });
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

async function draw(shell: Shell, flags: RunFlags, folder: string, isOwn: boolean): Promise<Demo> {
  return withRun(shell, flags, async (core, given) => {
    // The module of a project is for its own output folder.
    const context = { ...given, config: { ...given.config, module: null } };
    const { plan, assetMap } = await core.generate(context);
    const note = noteOf(core, plan.totals);
    const title = isOwn ? `The pictures of ${basename(context.config.root)}` : 'The lighthouse';
    const page = join(folder, 'index.html');
    await writeFile(page, demoPage(title, note, await picturesOf(plan, assetMap)));
    return { page, note, isOwn };
  });
}

function noteOf(core: Core, totals: Plan['totals']): string {
  if (totals.missing === 0) return 'All of them are bought already.';
  const price = core.moneyRange(totals.costUsd, ' to ');
  return totals.missing === 1
    ? `One picture is a stand-in, drawn on this machine, and free. To buy it would cost ${price}.`
    : `${totals.missing} pictures are stand-ins, drawn on this machine, and free. To buy them would cost ${price}.`;
}

/** Every image in the order of its manifest. */
async function picturesOf(plan: Plan, assetMap: AssetMap): Promise<ShownPicture[]> {
  const { pictureHtml, toPicture } = await import('@tintype/core/picture');
  const prompts = new Map(plan.jobs.map(({ id, picture }) => [id, picture.prompt]));
  return Object.entries(assetMap.images).flatMap(([name, asset], index) => {
    // A crop of art direction is shown in its own picture.
    const prompt = prompts.get(name) ?? prompts.get(name.replace(/-\d+$/, ''));
    if (prompt === undefined) return [];
    const isWide = asset.width >= 1.4 * asset.height;
    const sizes = isWide ? '(max-width: 72rem) 100vw, 72rem' : '(max-width: 40rem) 100vw, 20rem';
    // The first one is seen at once.
    const early = index === 0 ? { loading: 'eager', fetchpriority: 'high' } : {};
    const html = pictureHtml(toPicture(asset, 'images/'), { sizes, ...early });
    return [{ name, prompt, isWide, html }];
  });
}
