import { relative } from 'node:path';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { firstCandidate } from '../file-names.ts';
import { assetMapName } from '../output/output-name.ts';
import { readPreviousOutputs } from '../output/previous-outputs.ts';
import type { Asset } from '../types.ts';
import { planProject } from './plan-project.ts';

/**
 * The entry of an image in the asset map, by its id or by the name of a file. Spends nothing. Rejects with `usage` if there is no such
 * image, if it is not delivered yet, or if the project writes no files; and with the TintypeErrors of `readPlan`.
 */
export async function deliveredAsset(context: Context, name: string): Promise<Asset> {
  const { root, outDir } = context.config;
  if (outDir === null) {
    throw new TintypeError(
      'usage',
      'this project writes no files, because package.json names the plugin of a bundler, such as vite-plugin-tintype: pages import "virtual:tintype/<id>". For pages that no bundler builds, set outDir in tintype.config.ts',
    );
  }
  const { assetMap } = await readPreviousOutputs(outDir);
  const assets = new Map(Object.entries(assetMap?.images ?? {}));
  const asset = assets.get(name) ?? assets.get(firstCandidate(name));
  if (asset !== undefined) return asset;
  // It throws if there is no such image.
  await planProject(context, [name]);
  const folder = relative(root, outDir) || '.';
  throw new TintypeError(
    'usage',
    assetMap === null
      ? `"${name}" is not delivered yet: there is no ${assetMapName} in ${folder}. Run npx tintype`
      : `"${name}" is not delivered yet: ${folder}/${assetMapName} does not have it. Run npx tintype ${name}`,
  );
}
