import type {
  Asset,
  CostRange,
  Delivery,
  Diagnostic,
  Job,
  Key,
  PictureNote,
  PlannedRequest,
  Source,
  StoreRecord,
  VariantSpec,
} from '@tintype/core';
import { type Budgets, moneyData, type MoneyFacts } from './money-data.ts';
import { credentialsText } from './credentials-text.ts';
import { parametersOf } from './parameters.ts';
import type {
  Candidate,
  CandidateStatus,
  SheetFailure,
  Flag,
  GoneImage,
  ImageChange,
  ImageStatus,
  LiveSheet,
  PastPicture,
  Price,
  Sheet,
  SheetBase,
  SheetDelivery,
  SheetImage,
  SheetTotals,
} from './sheet.ts';

/** The facts about a project from which its sheet is made. */
export interface SheetFacts {
  readonly project: string;
  readonly madeAt: Date;
  readonly live: LiveSheet | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly problem: string | null;
  readonly toBuyUsd: CostRange | null;
  /** All purchases that the store has records of. */
  readonly purchases: readonly StoreRecord[];
  readonly budgets: Budgets;
  readonly moneyFacts: MoneyFacts;
  readonly images: readonly ImageFacts[];
  /** `null`: the project is compared with nothing. */
  readonly base: BaseFacts | null;
}

interface BaseFacts extends Omit<SheetBase, 'gone'> {
  readonly gone: readonly (Omit<GoneImage, 'pictures'> & {
    readonly pictures: readonly PastFacts[];
  })[];
}

export interface ImageFacts {
  readonly job: Job;
  readonly candidates: readonly CandidateFacts[];
  /** The newest first. */
  readonly past: readonly PastFacts[];
  /** `null`: it is compared with nothing. */
  readonly change: (Omit<ImageChange, 'before'> & { readonly before: readonly PastFacts[] }) | null;
  /** By the key of the picture. */
  readonly notes: ReadonlyMap<Key, PictureNote>;
  readonly deliveries: readonly DeliveryFacts[];
  /** The drawing in place of a picture that is not stored; `null`: it is stored, or drawn anyway. */
  readonly standIn: Source | null;
  readonly price: Price | null;
  readonly failure: SheetFailure | null;
}

export interface CandidateFacts {
  readonly planned: PlannedRequest;
  readonly isUnseenPick: boolean;
  /** The picture to show; `null`: it was neither bought nor drawn, or cannot be used. */
  readonly source: Source | null;
  /** Why the original on the disk cannot be the one that was bought; `null`: it can. */
  readonly damage: string | null;
}

interface PastFacts {
  readonly record: StoreRecord;
  /** `null`: the picture was kept aside. */
  readonly source: Source | null;
}

interface DeliveryFacts extends Delivery {
  /** The files that the next run would write; `null`: there is no picture to make them from. */
  readonly specs: readonly VariantSpec[] | null;
  /** The asset map's entry; `null`: it has none. */
  readonly asset: Asset | null;
  /** Files of the asset that are missing on the disk, or differ from what was written. */
  readonly gone: readonly string[];
  /** The source of the file to show, which is the first; `null`: the file is gone. */
  readonly source: Source | null;
  /** The size of the original that the asset names. */
  readonly originalBytes: number | null;
  /** Whether there is an asset map at all. Without one, nothing was delivered, and that is not a change. */
  readonly isMapped: boolean;
  /** Whether a run writes output files. `false`: a build with the Vite plugin has them. */
  readonly isExpected: boolean;
}

/** Plan, records and outputs in the form in which a person looks at them. */
export function sheetData(sheet: SheetFacts): Sheet {
  const { project, madeAt, live, diagnostics, problem } = sheet;
  const images = sheet.images.map(imageOf);
  return {
    version: 1,
    project,
    madeAt: madeAt.toISOString(),
    live,
    diagnostics,
    problem,
    totals: totalsOf(sheet, images),
    money: moneyData(
      sheet.purchases,
      new Set(images.flatMap(({ candidates }) => candidates.flatMap(({ key }) => key ?? []))),
      madeAt.toISOString(),
      sheet.budgets,
      sheet.moneyFacts,
    ),
    base:
      sheet.base === null
        ? null
        : {
            ...sheet.base,
            gone: sheet.base.gone.map((image) => ({
              ...image,
              pictures: image.pictures.map((one) => pastOf(one, new Map())),
            })),
          },
    images,
  };
}

function imageOf(facts: ImageFacts): SheetImage {
  const { job, candidates, past, notes, change, deliveries, standIn, price, failure } = facts;
  const seen = candidates.map((candidate) => candidateOf(candidate, notes));
  const changes = deliveries.flatMap((delivery) => changesOf(delivery, candidates));
  const flags: Flag[] = [
    ...(change === null || change.kind === 'same' ? [] : ['differs' as const]),
    ...flagsOf(job, seen, deliveries, changes, failure),
  ];
  const specs = deliveries.map((delivery) => delivery.specs).find((found) => found !== null);
  return {
    id: job.id,
    manifest: job.place.file,
    line: job.place.line,
    alt: job.files.alt,
    status: statusOf(seen, deliveries, flags, failure),
    flags,
    changes: [...new Set(changes)],
    prompt: job.picture.prompt,
    own: job.ownPrompt,
    provider: job.picture.provider,
    model: job.picture.model,
    parameters: parametersOf(job),
    pick: job.pick,
    candidates: seen,
    past: past.map((one) => pastOf(one, notes)),
    madeFrom: job.picture.inputs.flatMap((input) => (input.kind === 'image' ? [input.id] : [])),
    change:
      change === null
        ? null
        : { ...change, before: change.before.map((one) => pastOf(one, notes)) },
    variants: (specs ?? []).filter(isShown).map(({ format, width, height, crop }) => ({
      format,
      width,
      height,
      isCropped: crop !== null,
    })),
    deliveries: deliveries.flatMap(deliveredNow),
    standIn: pictureOf(standIn),
    price,
    isForBatch: candidates.some(({ planned }) => planned.pays === 'batch'),
    failure,
  };
}

function candidateOf(
  { planned, isUnseenPick, source, damage }: CandidateFacts,
  notes: ImageFacts['notes'],
): Candidate {
  const { number, key, reason, attempt } = planned;
  const record = recordOf(planned);
  return {
    number,
    status: damage === null ? statusOfRequest(planned) : 'damaged',
    reason: damage ?? reason,
    isUnseenPick,
    askedAt: attempt?.startedAt ?? null,
    key,
    picture: pictureOf(source),
    bytes: record?.original.bytes ?? null,
    format: record?.original.format ?? null,
    costUsd: record?.costUsd ?? null,
    usage: record?.usage ?? null,
    createdAt: record?.provenance.createdAt ?? null,
    requestId: record?.provenance.requestId ?? null,
    wasInBatch: record?.provenance.batch !== undefined,
    credentials: credentialsText(record?.contentCredentials),
    note: (key === null ? undefined : notes.get(key)) ?? {},
  };
}

function pastOf({ record, source }: PastFacts, notes: ImageFacts['notes']): PastPicture {
  const { key, request, original, costUsd, provenance, rejected = null } = record;
  const { prompt, model, quality, size } = request;
  return {
    key,
    picture: pictureOf(source),
    bytes: original.bytes,
    format: original.format,
    costUsd,
    createdAt: provenance.createdAt,
    prompt,
    model,
    quality,
    size,
    rejected,
    note: notes.get(key) ?? {},
  };
}

function statusOfRequest(planned: PlannedRequest): CandidateStatus {
  const { status, stored, isFree, refusal, attempt } = planned;
  if (stored?.kind === 'damaged') return 'damaged';
  if (stored?.record.rejected !== undefined) return 'rejected';
  if (isFree) return 'drawn';
  if (attempt?.state === 'in-flight') return 'buying';
  if (attempt?.state === 'paid' || attempt?.state === 'ordered') return attempt.state;
  return refusal === null ? status : 'refused';
}

function recordOf({ stored }: PlannedRequest): StoreRecord | null {
  return stored?.kind === 'record' ? stored.record : null;
}

function pictureOf(source: Source | null): Candidate['picture'] {
  if (source === null) return null;
  const { sha256: hash, width, height, hasAlpha } = source;
  return { hash, width, height, hasAlpha };
}

/** The differences between what the next run would deliver and what the asset map says. */
function changesOf(
  { name, candidate, files, specs, asset, gone, isMapped }: DeliveryFacts,
  candidates: readonly CandidateFacts[],
): string[] {
  if (!isMapped) return [];
  const facts = candidates.find(({ planned }) => planned.number === candidate);
  const hasPicture = facts !== undefined && facts.source !== null;
  if (asset === null) return hasPicture ? [`${name} is not delivered yet`] : [];
  const original = facts === undefined ? null : (recordOf(facts.planned)?.original.sha256 ?? null);
  if (asset.ai.original !== null && original !== asset.ai.original) {
    return [
      hasPicture
        ? `${name} is delivered from another picture`
        : `${name} is delivered from an earlier request, and what is asked for now is not stored`,
    ];
  }
  if (asset.ai.original === null && original !== null)
    return [`${name} is delivered as a stand-in, and its picture is stored`];
  return [
    ...gone.map((file) => `${file} is missing or has changed on the disk`),
    ...(specs === null ? [] : otherFiles(name, specs, asset)),
    ...(asset.alt === files.alt ? [] : [`the alt text of ${name} has changed`]),
    ...(asset.sizes === files.sizes ? [] : [`sizes of ${name} has changed`]),
  ];
}

function otherFiles(name: string, specs: readonly VariantSpec[], asset: Asset): string[] {
  const describe = ({ file, width, height }: Pick<VariantSpec, 'file' | 'width' | 'height'>) =>
    `${file} ${width}x${height}`;
  const planned = new Set(specs.map(describe));
  const delivered = new Set(asset.files.map(describe));
  const isSame =
    planned.size === delivered.size && [...planned].every((file) => delivered.has(file));
  return isSame ? [] : [`the widths, formats or crop of ${name} have changed`];
}

const unmade: ReadonlySet<CandidateStatus> = new Set([
  'missing',
  'blocked',
  'buying',
  'paid',
  'ordered',
  'attempted',
]);
const wentWrong: ReadonlySet<CandidateStatus> = new Set([
  'damaged',
  'rejected',
  'refused',
  'attempted',
]);

function flagsOf(
  job: Job,
  candidates: readonly Candidate[],
  deliveries: readonly DeliveryFacts[],
  changes: readonly string[],
  failure: SheetFailure | null,
): Flag[] {
  const isStandIn =
    candidates.some(({ status }) => status === 'drawn') ||
    deliveries.some(({ asset }) => asset?.ai.generated === false);
  const all: readonly (readonly [Flag, boolean])[] = [
    ['missing', candidates.some(({ status }) => unmade.has(status))],
    [
      'unpicked',
      (job.picture.numberOfImages > 1 && job.pick === null) || candidates.some(isUnseen),
    ],
    ['failed', failure !== null || candidates.some(({ status }) => wentWrong.has(status))],
    ['changed', changes.length > 0],
    ['stand-in', isStandIn],
  ];
  return all.filter(([, holds]) => holds).map(([flag]) => flag);
}

/** Whether a pick that was made before its picture existed can be confirmed now. */
function isUnseen({ isUnseenPick, picture }: Candidate): boolean {
  return isUnseenPick && picture !== null;
}

/** The worst first: pictures that were paid for and cannot be used, pictures that were not made, and then open decisions. */
const candidateStatuses = [
  'damaged',
  'rejected',
  'refused',
  'attempted',
  'buying',
  'paid',
  'ordered',
  'missing',
  'blocked',
] as const satisfies readonly CandidateStatus[];

function statusOf(
  candidates: readonly Candidate[],
  deliveries: readonly DeliveryFacts[],
  flags: readonly Flag[],
  failure: SheetFailure | null,
): ImageStatus {
  if (failure !== null) return 'failed';
  const worst = candidateStatuses.find((status) => candidates.some((one) => one.status === status));
  if (worst !== undefined) return worst;
  if (candidates.some(isUnseen)) return 'unseen';
  if (flags.includes('unpicked')) return 'unpicked';
  if (flags.includes('stand-in')) return 'stand-in';
  if (deliveries.some(({ asset, isExpected }) => isExpected && asset === null)) {
    return 'not-delivered';
  }
  return flags.includes('changed') ? 'changed' : 'delivered';
}

function deliveredNow({
  name,
  candidate,
  asset,
  source,
  originalBytes,
}: DeliveryFacts): SheetDelivery[] {
  if (asset === null) return [];
  return [
    {
      name,
      candidate,
      isStandIn: !asset.ai.generated,
      picture: pictureOf(source),
      files: asset.files.filter(isShown).map(({ file, format, width, height, bytes }) => ({
        file,
        format,
        width,
        height,
        bytes,
      })),
      originalBytes,
    },
  ];
}

function totalsOf(
  { images: facts, purchases, toBuyUsd }: SheetFacts,
  images: readonly SheetImage[],
): SheetTotals {
  const requests = facts.flatMap(({ candidates }) => candidates);
  const inUse = new Map<Key, StoreRecord>();
  for (const { planned } of requests) {
    const record = recordOf(planned);
    if (record !== null) inUse.set(record.key, record);
  }
  const weighed = images
    .flatMap(({ deliveries }) => deliveries)
    .filter(({ originalBytes, files }) => originalBytes !== null && files.length > 0);
  return {
    images: images.length,
    pictures: requests.length,
    missing: images.filter(({ flags }) => flags.includes('missing')).length,
    ordered: requests.filter(({ planned }) => planned.batch !== null).length,
    spentUsd: costOf(purchases),
    inUseUsd: costOf([...inUse.values()]),
    inBatchesUsd: costOf(purchases.filter(({ provenance }) => provenance.batch !== undefined)),
    unknownCosts: purchases.filter(({ costUsd }) => costUsd === null).length,
    toBuyUsd,
    originalBytes: sum(weighed.map(({ originalBytes }) => originalBytes!)),
    deliveredBytes: sum(weighed.map(({ files }) => fileToLookAt(files).bytes)),
  };
}

/** Rounded to a millionth, as all stored amounts are. */
function costOf(records: readonly StoreRecord[]): number {
  return Math.round(sum(records.map(({ costUsd }) => costUsd ?? 0)) * 1e6) / 1e6;
}

/** Not the first frame of an animation, which few visitors see. */
function isShown({ isStill }: Pick<VariantSpec, 'isStill'>): boolean {
  return !isStill;
}

/** The file of an image that most visitors see at full size: the largest in the preferred format. */
export function fileToLookAt<File extends Pick<VariantSpec, 'format' | 'width' | 'isStill'>>(
  all: readonly File[],
): File {
  const files = all.filter(isShown);
  const [first] = files;
  if (first === undefined) throw new Error('an image without a file');
  return files
    .filter(({ format }) => format === first.format)
    .reduce((widest, file) => (file.width >= widest.width ? file : widest), first);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
