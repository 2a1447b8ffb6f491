import { limits } from '../fields.ts';
import { TintypeError } from '../errors.ts';
import { canonicalJson, sha256 } from '../hash.ts';
import { encodeQueue } from '../image/encode-queue.ts';
import { digitalSourceType } from '../image/provenance.ts';
import { parseSize, type Size } from '../plan/picture-size.ts';
import type { MissingPolicy } from '../project/spending-policy.ts';
import { offline } from '../provider-names.ts';
import type { StandInFrames } from '../stand-in/animate-stand-in.ts';
import { drawStandIn, drawStandInPixels, standInVersion } from '../stand-in/draw-stand-in.ts';
import type { Store } from '../store/store.ts';
import type { AiProvenance, Job, PlannedRequest, Source, StoreRecord } from '../types.ts';
import { rejectedError } from './failures.ts';

/** A picture to make files from, and where it came from. */
export interface Original {
  readonly source: Source;
  readonly ai: AiProvenance;
  /** `null` for a stand-in. */
  readonly record: StoreRecord | null;
}

/** Whether the only way to get a picture is to buy it. */
export function isMissing({ isFree, stored }: PlannedRequest, policy: MissingPolicy): boolean {
  return !isFree && stored === null && policy !== 'standin';
}

/** A picture that does not have to be bought. Throws `originals-missing` if it does. */
export function obtainFree(planned: PlannedRequest, policy: MissingPolicy, store: Store): Original {
  if (isMissing(planned, policy)) {
    throw new TintypeError('originals-missing', `${planned.id} is not stored; nothing was bought`, {
      imageId: planned.id,
    });
  }
  const { isFree, stored } = planned;
  if (isFree || stored === null) return standIn(planned);
  if (stored.kind === 'damaged') throw new TintypeError('record-damaged', stored.reason);
  return originalOf(stored.record, store);
}

/** The picture of a record. Throws `original-rejected` if it was kept aside. */
export function originalOf(record: StoreRecord, store: Store): Original {
  if (record.rejected !== undefined) throw rejectedError(record);
  const { sha256: hash, width, height, hasAlpha, frames } = record.original;
  return {
    source: {
      sha256: hash,
      width,
      height,
      hasAlpha,
      isStandIn: false,
      isVector: record.request.output_format === 'svg',
      ...(frames !== undefined && { frames }),
      read: () => store.read(record),
    },
    ai: {
      generated: true,
      provider: record.request.provider,
      model: record.request.model,
      original: hash,
      digitalSourceType: digitalSourceType(false),
    },
    record,
  };
}

/** The size of a stand-in for `size: auto`. */
const standInSize: Size = { width: 1024, height: 1024 };
const standInFrameSize: Size = { width: 512, height: 512 };

/** A stand-in for a picture. Its hash is computed from its inputs, so it is drawn only when a file has to be encoded. */
export function standIn({ key, request, id, candidate, job }: PlannedRequest): Original {
  const { isVector, isAnimation, size } = job.picture;
  const { width, height } = parseSize(size) ?? (isAnimation ? standInFrameSize : standInSize);
  const frames = isAnimation ? standInFrames(job) : null;
  const drawing = {
    seed: key ?? sha256(canonicalJson({ ...request, id })),
    imageId: id,
    prompt: job.picture.prompt,
    width,
    height,
    isTransparent: job.picture.background === 'transparent',
    ...(candidate === null ? {} : { candidate }),
    ...(isVector && { isVector }),
    ...(frames !== null && { frames }),
  };
  return {
    source: {
      sha256: sha256(canonicalJson({ ...drawing, version: standInVersion })),
      width,
      height,
      hasAlpha: drawing.isTransparent,
      isStandIn: true,
      isVector,
      ...(frames !== null && { frames: frames.count }),
      read: () => encodeQueue(() => drawStandIn(drawing), { lane: 'waited-for' }),
      ...(!isVector &&
        frames === null && {
          draw: () => encodeQueue(() => drawStandInPixels(drawing), { lane: 'waited-for' }),
        }),
    },
    ai: {
      generated: false,
      provider: offline,
      model: job.picture.model,
      original: null,
      digitalSourceType: digitalSourceType(true),
    },
    record: null,
  };
}

function standInFrames({ picture }: Job): StandInFrames {
  return {
    count: picture.frame_count ?? limits.frames.default,
    delayMs: picture.frame_duration_ms ?? limits.frameMs.default,
  };
}
