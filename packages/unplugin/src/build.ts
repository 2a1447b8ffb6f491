import { resolve } from 'node:path';
import { openImages, type PlannedImage, quickBytesIn, TintypeError } from '@tintype/core';
import {
  type DeliveredPicture,
  openProject,
  type OpenProject,
  type ShippedStandIn,
  writeTypesTo,
} from '@tintype/core/modules';
import { collectWarnings } from './collect-warnings.ts';
import type { PluginRequest } from './options.ts';
import { shellEnv } from './shell-env.ts';

/** One build of a bundler. The first module that needs the project opens it, so a build without pictures does not wait for it. */
export interface Build {
  readonly project: () => Promise<OpenProject>;
  /** A picture with its files. Each is made once, however often it is requested. */
  readonly deliver: (image: PlannedImage) => Promise<DeliveredPicture>;
  /** Rejects with the error that lists missing images with their prices. */
  readonly refuse: (images: readonly PlannedImage[]) => Promise<never>;
  /** The missing pictures that have been requested. */
  readonly missing: Set<PlannedImage>;
  readonly standIns: () => ShippedStandIn[];
  /** What the delivered files weigh that were encoded quickly. A stand-in is no picture to encode thoroughly. */
  readonly quickBytes: () => number;
  /** What is to be shown, each once. */
  readonly takeWarnings: () => string[];
  readonly close: () => Promise<void>;
}

/** `folder`: the bundler's. */
export function openBuild(
  { options, root, types }: PluginRequest,
  folder: string,
  isWatching: boolean,
): Build {
  const warnings = collectWarnings();
  const deliveries = new Map<string, Promise<DeliveredPicture>>();
  const standIns: ShippedStandIn[] = [];
  let quickBytes = 0;
  let opened: Promise<OpenProject> | undefined;

  const open = async () => {
    const project = await openProject({
      cwd: folder,
      root,
      env: shellEnv,
      options,
      // A watching build runs at every save. It shows a drawing until the picture is bought.
      ...(isWatching && { missing: 'standin' }),
      boughtBy,
      report: warnings.report,
    });
    if (types !== false) {
      const path = resolve(folder, types);
      await writeTypesTo(path, project, 'tintype-unplugin').catch((error: unknown) => {
        warnings.add(`${path} could not be written: ${String(error)}`);
      });
    }
    return project;
  };
  const openOnce = () => (opened ??= open());

  const deliverNow = async (image: PlannedImage): Promise<DeliveredPicture> => {
    const project = await openOnce();
    try {
      const original = await project.obtain(image.planned);
      if (original.source.isStandIn) standIns.push({ name: image.name, image });
      const found = project.findDelivered(image, original);
      const delivered = found ?? (await project.deliver(image, original));
      if (!original.source.isStandIn) quickBytes += quickBytesIn(delivered.encoded);
      return { ...delivered, original };
    } catch (error) {
      throw ofImage(image.job.id, error);
    }
  };

  return {
    project: openOnce,
    deliver: (image) => {
      const started = deliveries.get(image.name) ?? deliverNow(image);
      deliveries.set(image.name, started);
      return started;
    },
    refuse: async (images) => {
      const { context } = await openOnce();
      const ids = [...new Set(images.map(({ job }) => job.id))];
      await (await openImages(context, ids)).judge();
      throw new Error(`${ids.join(', ')} was bought while this build ran: build again`);
    },
    missing: new Set(),
    standIns: () => standIns,
    quickBytes: () => quickBytes,
    takeWarnings: warnings.take,
    close: async () => {
      const project = await opened?.catch(() => null);
      await project?.close();
    },
  };
}

const boughtBy = 'npx tintype';

/** An image's failure, so that its line in the manifest can be shown. */
function ofImage(id: string, cause: unknown): unknown {
  if (!(cause instanceof TintypeError)) return cause;
  const message = cause.message.includes(id) ? cause.message : `${id}: ${cause.message}`;
  return new TintypeError(cause.code, message, { imageId: id, cause });
}
