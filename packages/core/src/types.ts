/**
 * The data that the stages pass to each other. Readonly, without behaviour.
 *
 * | word         | meaning                                                                                      |
 * | ------------ | -------------------------------------------------------------------------------------------- |
 * | manifest     | a YAML file `*.images.yaml` that names images and says how to make them                      |
 * | image        | one entry under `images:`; its id is unique across all manifests of a project                |
 * | job          | one image with every default, preset, row and template applied                               |
 * | request      | everything that decides the pixels of **one** picture, and nothing else                      |
 * | key          | sha-256 of the canonical JSON of a request; an API key is always called “API key”            |
 * | original     | the provider's bytes for a request, untouched                                                |
 * | record       | the JSON kept beside an original: request, sha-256, size, usage, cost, provenance            |
 * | purchase     | a picture that was paid for, as it is handed to the store                                    |
 * | attempt      | the note about a request that was sent and is not recorded yet                               |
 * | claim        | the lock on a key, held by the process that buys it                                          |
 * | store        | records + originals: paid for, cannot be made again                                          |
 * | variant      | a file encoded from an original (width x format)                                             |
 * | cache        | variants and their metadata: free to make again                                              |
 * | remote       | a place for bytes that machines share: a bucket, a folder of a web server, a network drive   |
 * | shared store | a store whose originals are in a remote                                                      |
 * | shared cache | a cache in a remote, behind the cache of each machine; its entries are signed                |
 * | batch        | requests that are sent together, to be collected within a day at half the price              |
 * | shard        | one part of a project, which one of several machines buys and encodes                        |
 * | order        | runs that never repeat a request that may have been billed, such as those of one CI pipeline |
 * | plan         | what a run would do and cost, worked out before anything is spent                            |
 * | snapshot     | what a run remembers, so that the next can tell whether anything has changed                 |
 * | provider     | what turns a request into an original                                                        |
 * | stand-in     | a labelled drawing of the right size, made locally if there is no original                   |
 * | delivery     | a job's picture under the name that it has in the output folder                              |
 * | asset map    | the JSON that tells a site what files an image became                                        |
 */

import type { DiagnosticCode } from './errors.ts';
import type {
  Chroma,
  CropArea,
  CropPosition,
  Fields,
  Format,
  PixelFields,
  RequestFields,
  RequestedFormat,
} from './fields.ts';

export type { Format } from './fields.ts';

declare const isSha256: unique symbol;
declare const isKey: unique symbol;

/** A sha-256 in lower-case hex, 64 characters. Made by `sha256()` in `hash.ts` only. */
export type Sha256 = string & { readonly [isSha256]: true };

/** The sha-256 of a request's canonical JSON. Made by `requestKey()` in `plan/request-key.ts` only. */
export type Key = Sha256 & { readonly [isKey]: true };

/** Where something is written: `file` relative to the project's root with `/`, `line` and `column` from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A message about a user's file. Diagnostics are collected, never thrown. An `error` stops the run before anything is spent. */
export interface Diagnostic extends Place {
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  readonly message: string;
  /** The lines around the place with a caret under it; `null` if there is no source text. */
  readonly frame: string | null;
}

/** A diagnostic without its place. */
export interface Finding {
  /** @default 'error' */
  readonly severity?: 'error' | 'warning';
  readonly code: DiagnosticCode;
  readonly message: string;
}

/** A finding and its place in a manifest. */
export interface PlacedFinding {
  readonly place: Place;
  readonly finding: Finding;
}

/** The path from a manifest's top level to a value in it: `['images', 'hero', 'widths', 1]`. */
export type FieldPath = readonly (string | number)[];

/** A manifest file, parsed, with each field validated. Its layers are not merged yet and its templates not rendered. */
export interface Manifest {
  readonly file: string;
  /** Here, in presets and in images, a field that is present but `undefined` is invalid; the mistake was already reported. */
  readonly defaults: Fields;
  readonly presets: ReadonlyMap<string, Fields>;
  readonly images: readonly ImageEntry[];
  /**
   * Places a finding at the value at `path`, or at its name (`on: 'key'`). If the file does not have the whole path, the
   * finding is placed at the deepest part of it that exists.
   */
  readonly diagnose: (path: FieldPath, finding: Finding, on?: 'key' | 'value') => Diagnostic;
  readonly locate: (path: FieldPath, on?: 'key' | 'value') => Place;
  /** Places a finding at a place that `locate` returned. */
  readonly diagnoseAt: (place: Place, finding: Finding) => Diagnostic;
}

/** An entry of `images`, as it is written. */
export interface ImageEntry {
  /** May hold `{{ variables }}`. */
  readonly id: string;
  readonly place: Place;
  readonly fields: Fields;
  readonly presets: readonly string[];
  /** One image for each row; `null`: the entry is one image. */
  readonly rows: readonly Row[] | null;
  readonly pick: number | null;
  /**
   * The parts other than `fields` that have a mistake. The mistake was already reported, so its consequences are not.
   * `rows`: some of the rows.
   */
  readonly broken: readonly ('preset' | 'each' | 'rows' | 'pick')[];
}

/** One row of `each`: the values of its variables, and its place in a data file. */
export interface Row {
  readonly values: Readonly<Record<string, string | number | boolean>>;
  readonly place: Place | null;
}

/**
 * Everything that decides the pixels of one picture, under the manifest's names. Its canonical JSON is hashed into the
 * key, so a change to this record's serialised form makes every user pay for every picture again: the golden-key test
 * pins it. Optional fields are left out at their default, so a field that is added later changes no existing key.
 * `RequestFields` are the manifest's fields that a request holds unchanged.
 */
export interface Request extends RequestFields {
  /** In the key because two providers make different pictures from one prompt. */
  readonly provider: string;
  readonly model: string;
  /** After presets and templates. */
  readonly prompt: string;
  /** `WxH` in pixels, or `auto`; `aspect_ratio` has become a size here. */
  readonly size: string;
  /** The sha-256 of each input picture's bytes, in order; left out if there are none. */
  readonly input_images?: readonly Sha256[];
  readonly mask?: Sha256;
  readonly markup?: Sha256;
  /** `svg` for a drawing, `gif` for an animation; left out for pixels that do not move, which are kept without loss. */
  readonly output_format?: RequestedFormat;
  /** From 2; the first take is left out. */
  readonly take?: number;
  /** From 2; the first candidate is the request of `number_of_images: 1`. */
  readonly candidate?: number;
  /** What the provider's configuration adds to every request, such as a model's own inputs; left out if it adds nothing. */
  readonly provider_inputs?: Readonly<Record<string, unknown>>;
}

/** An entry of `input_images`, or an overlay, as the manifest names it. */
export type InputReference =
  | { readonly kind: 'file'; readonly path: string; readonly place: Place }
  | { readonly kind: 'url'; readonly url: string; readonly place: Place }
  | {
      readonly kind: 'image';
      readonly id: string;
      readonly candidate: number | null;
      readonly place: Place;
    };

/**
 * A PNG over the first input picture: a `mask`, whose transparent parts are drawn again, or `markup`, which is drawn on the picture to
 * guide the edit. No request has both.
 */
export interface Overlay {
  readonly field: 'mask' | 'markup';
  readonly reference: Extract<InputReference, { kind: 'file' }>;
}

/** One file format of an image and its `output_compression` (0 to 100, the same visible quality in every format). */
export interface FormatSpec {
  readonly format: Format;
  readonly compression: number;
  /** The one colour of an SVG becomes `currentColor`. */
  readonly recolors?: true;
  /** Every pixel is kept as it is. */
  readonly lossless?: true;
  /** Which colour samples are kept. Left out if the picture decides. */
  readonly chroma?: Chroma;
  /** AVIF's effort, 0 to 9. Left out if the config decides. */
  readonly effort?: number;
}

/** The size to cut to, in pixels. The picture fills it, and the excess is cut off. `position`: see `cropPositions`. */
export interface Crop {
  readonly width: number;
  readonly height: number;
  readonly position: CropPosition;
}

/** A rectangle of the picture, in its pixels. Nothing is scaled. */
export interface Cut {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A crop that is as large as the picture allows. `ratio`: `W:H`. */
export interface RatioCrop {
  readonly ratio: string;
  readonly position: CropPosition;
}

/** A crop that is a rectangle of the picture, whatever its size. */
export interface AreaCrop {
  readonly area: CropArea;
}

/** The fields that decide the files. None of them is in the key. */
export interface FileFields {
  /** `''` if the image is decorative. */
  readonly alt: string;
  /** CSS pixels, ascending, without the full size. */
  readonly widths: readonly number[];
  /** In order of preference; the last is the fallback. Never empty. */
  readonly formats: readonly FormatSpec[];
  /** See `cropIn`. */
  readonly crop: Crop | RatioCrop | AreaCrop | null;
  readonly placeholder: 'blur' | 'color' | 'none';
  readonly sizes: string | null;
}

/** What a page shows in place of an image where a media query matches. */
export interface MediaSource {
  readonly media: string;
  /** Where it is written. */
  readonly place: Place;
  /** The id of another image; `null`: a crop of the picture, which is delivered as `<name>-<suffix>`. */
  readonly image: string | null;
}

/** A crop of an image's picture that is delivered beside it. */
export interface CroppedSource extends MediaSource {
  readonly image: null;
  /** `3x4` for a ratio, `600x800` for pixels, `10-20-50-60` for an area. */
  readonly suffix: string;
  readonly files: FileFields;
}

/** Another image of the project, as it is delivered itself. */
export interface ImageSource extends MediaSource {
  readonly image: string;
}

/** The fields that decide the picture, all of them present. */
export interface PictureFields extends PixelFields {
  readonly provider: string;
  readonly model: string;
  readonly prompt: string;
  readonly size: string;
  readonly inputs: readonly InputReference[];
  readonly overlay: Overlay | null;
  /** The model is asked for a drawing (`output_format: svg`) and not for pixels. */
  readonly isVector: boolean;
  /** The model is asked for an animation (`output_format: gif`). */
  readonly isAnimation: boolean;
  readonly take: number;
  readonly numberOfImages: number;
}

/** The fields that are sent with the API call but are not in the key: a change to them never buys a picture again. */
export interface CallFields {
  readonly moderation: 'auto' | 'low';
  readonly userId: string | null;
  /** The name of the environment variable that holds the API key; `null`: the provider's own default. Never the key. */
  readonly apiKeyName: string | null;
  /** How many partial pictures are requested, if the provider sends any; absent: none. Each of them costs tokens. */
  readonly partialImages?: number;
}

/** A part of a text, in UTF-16 units; `end` is exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** One image with every default, preset, row and template applied. */
export interface Job {
  readonly id: string;
  /** The place of the image's id in its manifest. */
  readonly place: Place;
  /** Where its model is named; the place of its id if no model is named. */
  readonly modelPlace: Place;
  readonly picture: PictureFields;
  /** Where the image's own prompt is within `picture.prompt`. The rest is the style that presets wrap around it. */
  readonly ownPrompt: readonly TextRange[];
  readonly call: CallFields;
  /** Whether it is ordered in a batch, and not bought directly; `null`: the manifest does not say, so it is bought directly. */
  readonly batch: boolean | null;
  readonly files: FileFields;
  /** In the order in which a browser tries them. */
  readonly sources: readonly (CroppedSource | ImageSource)[];
  /** Which candidate is delivered under the image's own id; `null`: all of them, as `<id>-1` to `<id>-n`. */
  readonly pick: number | null;
  /** Where `pick` is written; `null` if it is not. */
  readonly pickPlace: Place | null;
}

/** A job's picture under the name that it has in the output folder. */
export interface Delivery {
  /** `<id>`, or `<id>-<candidate>` if nothing was picked from several; followed by `-<suffix>` for a crop of `sources`. */
  readonly name: string;
  readonly candidate: number;
  readonly files: FileFields;
  /** What is shown in place of it where a media query matches, by the name of its delivery. */
  readonly sources: readonly NamedSource[];
  /** It is a crop of another delivery, for one of that one's media queries. */
  readonly isCropOfOther: boolean;
}

/** A delivery that is shown where a media query matches. */
export interface NamedSource {
  readonly media: string;
  readonly name: string;
}

/** US dollars, from the least to the most that it may cost. */
export interface CostRange {
  readonly low: number;
  readonly high: number;
}

/** The tokens that a reply was billed for. */
export interface Usage {
  readonly inputTextTokens: number;
  readonly inputImageTokens: number;
  readonly outputImageTokens: number;
  readonly outputTextTokens: number;
  /** What writing an SVG took, beside the picture that it is drawn after; absent if no SVG was made. */
  readonly svg?: SvgUsage;
}

/** The tokens of the language model that wrote an SVG. */
export interface SvgUsage {
  /** As the API names it. */
  readonly model: string;
  readonly inputTokens: number;
  /** Reasoning included. */
  readonly outputTokens: number;
}

/** What the bytes of a picture say about it. */
export interface PictureInfo {
  /** `png`, `jpeg`, `webp`, `avif`, ...: read from the bytes, never from a name or a header. */
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  /** How many frames an animation has; absent for a picture that does not move, and in records before 2026-11-29. */
  readonly frames?: number;
}

/** `unknown`: it is of a kind that Tintype does not know. */
export type Verdict = 'valid' | 'invalid' | 'unknown';

/**
 * What the content credentials (C2PA) in an original say: who made it, and how. They are the words of whoever signed them. Tintype
 * does not ask whether to trust the signer.
 */
export interface ContentCredentials {
  /** The program that wrote them. */
  readonly claimGenerator: string | null;
  /** The organisation or name in the certificate that signed them. */
  readonly signer: string | null;
  /** An address of the IPTC, as in `AiProvenance`. */
  readonly digitalSourceType: string | null;
  /** Such as `c2pa.created`: what was done, with what was done to the pictures that it was made from before it. */
  readonly actions: readonly string[];
  /** Whether they are what was signed. */
  readonly signature: Verdict;
  /** Whether the picture is the one that they were signed for. */
  readonly picture: Verdict;
  /** Why they cannot be read: a clause such as "has no manifest". Absent: they can. */
  readonly problem?: string;
}

/** The JSON kept beside an original. */
export interface StoreRecord {
  readonly version: 1;
  readonly key: Key;
  readonly request: Request;
  readonly original: PictureInfo & { readonly sha256: Sha256; readonly bytes: number };
  /** Absent: the original has none, or the record is from before 2026-11-29. */
  readonly contentCredentials?: ContentCredentials;
  /** Why the bytes are kept aside and never delivered; absent for a good original. */
  readonly rejected?: string;
  /** `null` if the API did not report it. */
  readonly usage: Usage | null;
  /** US dollars, from `usage` and the price table of the day; `null` if either is unknown. */
  readonly costUsd: number | null;
  readonly provenance: {
    /** The batch that it was bought in, as in `Batch.name`; absent: it was bought directly, or before 2026-11-28. */
    readonly batch?: string;
    /** The id of the order that it was bought for; absent in records before 2026-11-29. */
    readonly order?: string;
    /** The API's own id of the call. */
    readonly requestId: string | null;
    /** ISO 8601, UTC. */
    readonly createdAt: string;
    readonly tintype: string;
  };
  /** The image that it was bought for, and its manifest relative to the root; records before 2026-11-28 do not say. */
  readonly boughtFor?: {
    readonly id: string;
    readonly manifest: string;
    /** The manifest had already picked this one of several candidates when it was bought. */
    readonly isPicked?: true;
  };
}

/** Identifies a process among all others, including a later one with the same id. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in the format of its operating system; `''` if the system does not tell. */
  readonly born: string;
  /** A hash that identifies the machine and process namespace in which `pid` is valid, and reveals nothing about them. */
  readonly realm: string;
}

/** A paid request in flight, or one whose outcome is unknown. */
export interface Attempt {
  readonly version: 1;
  readonly key: Key;
  readonly imageId: string;
  /** The image's manifest, relative to the root; `''` in attempts before 2026-11-28. */
  readonly manifest: string;
  /** See `boughtFor` of a record. */
  readonly isPicked?: true;
  /** The id of the order that it belongs to; `''` in attempts before 2026-11-28. */
  readonly order: string;
  /** The process that sends it; absent in attempts before 2026-11-28. */
  readonly process?: ProcessMark;
  readonly request: Request;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** What is known about how it ended; `null` while it is in flight, or after a crash. */
  readonly outcome: string | null;
  /** From the answer; `null` before it arrives. */
  readonly requestId: string | null;
  readonly usage: Usage | null;
  /** The provider could not request a format, so any format that decodes is accepted. */
  readonly anyFormat?: true;
  /** The provider's id of the request, if the picture can be collected with it. */
  readonly predictionId?: string;
  /** The name of the batch that contains it; absent if none does. */
  readonly batch?: string;
  /** The name of the batch that contained it, and that ended without a picture of it; absent if none did. */
  readonly endedBatch?: string;
}

/**
 * Requests that are sent together and answered within a day, at a lower price. The store has a note of the batch before anything
 * is sent: first without a file, then with the uploaded file, then with the id that the provider gave the batch. The note is
 * removed when every line is recorded or known to have failed.
 */
export interface Batch {
  readonly version: 1;
  /** 32 random hex digits. The provider keeps the name with the batch, so that the batch can be found by it. */
  readonly name: string;
  readonly provider: string;
  /** Each with a different key. */
  readonly lines: readonly Attempt[];
  /**
   * Equal for the same account, and shows nothing of its key: see `accountMark`. Absent: the account is not known, as in notes of
   * earlier versions, of short keys, and of batches that were found again.
   */
  readonly account?: string;
  /** The provider's id of the uploaded file; `null`: it is not known to have been uploaded. */
  readonly fileId: string | null;
  /** The provider's id of the batch; `null`: it is not known to have been created. */
  readonly batchId: string | null;
  /** ISO 8601, UTC: the provider answers until then; `null`: not known. */
  readonly dueAt: string | null;
  /** US dollars, the high estimate at the price of a batch; `null`: unknown. */
  readonly reservedUsd: number | null;
}

/** A batch in the store. */
export type StoredBatch =
  | { readonly kind: 'batch'; readonly batch: Batch }
  /** Its lines are unknown, and may have been billed. */
  | { readonly kind: 'damaged'; readonly name: string; readonly reason: string };

/** A request that moderation refused after the work was done, so that the refusal may have been billed. */
export interface Refusal {
  readonly version: 1;
  readonly key: Key;
  readonly request: Request;
  /** In the API's words, on one line. */
  readonly reason: string;
  readonly requestId: string | null;
  /** ISO 8601, UTC. For a line of a batch, when it was ordered: its price counts on that day. */
  readonly refusedAt: string;
  /** The name of the batch that contained it; absent if none did. */
  readonly batch?: string;
}

/** An attempt as the store holds it: what its note says, and what else is on the disk. */
export interface OpenAttempt {
  readonly key: Key;
  /** `null`: the note is missing or damaged, so that only the key is known. */
  readonly note: Attempt | null;
  /** What is wrong with the note, as a clause that follows its name; `null`: nothing. */
  readonly damage: string | null;
  /** Something that is not a readable file has the name of its answer. Nothing may be bought until a person has looked at it. */
  readonly isAnswerDamaged: boolean;
  /** The bytes of its answer are on the disk. They only have to be recorded, which is free. */
  readonly isReceived: boolean;
  /** A process that is alive has claimed the key. */
  readonly isInFlight: boolean;
  /** The batch that contains it; absent if none does. */
  readonly batch?: Batch;
}

export type PlanStatus = 'stored' | 'missing' | 'blocked' | 'attempted';

/** One request of the plan: the row that `tintype plan --json` prints. */
export interface PlanRow {
  readonly id: string;
  /** The candidate's number; `null` if the image has only one. */
  readonly candidate: number | null;
  /** `null` while an upstream image's bytes are unknown. */
  readonly key: Key | null;
  readonly status: PlanStatus;
  /** Why it is not stored, or what is wrong with what is stored; `null` if it is stored and usable. */
  readonly reason: string | null;
  readonly provider: string;
  readonly model: string;
  /** `null`: unknown, never 0. */
  readonly costUsd: CostRange | null;
  readonly manifest: string;
  readonly line: number;
  /** The batch that it is ordered in and not collected from yet. `dueAt`: ISO 8601, UTC; `null`: not known. */
  readonly batch: { readonly dueAt: string | null } | null;
  /** How a run buys it, so which of the two prices `costUsd` is; `null`: there is nothing to buy. */
  readonly pays: 'direct' | 'batch' | null;
  /** What it costs in both ways; `null`: there is nothing to buy. */
  readonly prices: PlanPrices | null;
}

/** What has to be bought costs, in US dollars; `null`: unknown. */
export interface PlanPrices {
  readonly direct: CostRange | null;
  /** Absent: it cannot be ordered in a batch. */
  readonly batch?: CostRange | null;
}

export interface PlanTotals {
  /** Rows. */
  readonly images: number;
  readonly stored: number;
  readonly missing: number;
  readonly blocked: number;
  readonly attempted: number;
  /** Rows that are ordered in a batch. No run buys them in another way. */
  readonly ordered: number;
  /** The sum of known prices, each key counted once; `null` if something must be bought and none of it has a known price. */
  readonly costUsd: CostRange | null;
  /** Keys that would be bought at an unknown price. */
  readonly unpriced: number;
  /** What all that has to be bought would cost in one way, each key once. `batch` is absent if a part cannot be in a batch. */
  readonly prices: PlanPrices;
}

/** What the store has under a key: a record, or the reason why it cannot be used. Either way it was paid for. */
export type Stored =
  | {
      readonly kind: 'record';
      readonly record: StoreRecord;
      /** The record of the same request from another branch, if a git merge left both in the record's file. */
      readonly other?: StoreRecord;
    }
  | { readonly kind: 'damaged'; readonly reason: string };

/** A refusal in the store. A damaged refusal still refuses, because sending the request again may be billed again. */
export type StoredRefusal =
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | { readonly kind: 'damaged'; readonly reason: string };

/** A request that was sent and is not recorded yet. */
export interface PlannedAttempt {
  /**
   * `in-flight`: a process that is alive waits for the answer. `paid`: the next run that may buy records the picture at no further
   * cost. `ordered`: a later run that may buy collects it at no further cost. `unknown`: it may have been billed.
   */
  readonly state: 'in-flight' | 'paid' | 'ordered' | 'unknown';
  /** ISO 8601, UTC; `null`: its note cannot be read. */
  readonly startedAt: string | null;
}

/** A plan row with what a run needs to carry it out. */
export interface PlannedRequest extends PlanRow {
  readonly job: Job;
  /** The candidate's number, from 1. */
  readonly number: number;
  /** `null` if the row is blocked. */
  readonly request: Request | null;
  readonly stored: Stored | null;
  /** Its input pictures, in order. */
  readonly inputs: readonly PlannedInput[];
  /** Its mask or markup. */
  readonly overlay: PlannedInput | null;
  /** The state of a request that was sent and is not recorded yet; `null`: there is none. */
  readonly attempt: PlannedAttempt | null;
  /** Why the provider refused it in an earlier run. The same request would be refused again. */
  readonly refusal: string | null;
  /** Free: a stand-in. */
  readonly isFree: boolean;
}

/** Which picture of an image. */
export interface PictureName {
  readonly id: string;
  /** The candidate's number, from 1; absent if the image has only one. */
  readonly candidate?: number;
  /** How many candidates the image has, if it has several. For views only. */
  readonly candidates?: number;
}

/**
 * A request whose inputs, and so its key, are known, with everything that a purchase has to know about its image. It is plain
 * data, so that a queue can pass it to another machine.
 */
export interface ResolvedRequest extends Pick<
  PlannedRequest,
  'id' | 'manifest' | 'line' | 'provider' | 'costUsd' | 'inputs' | 'overlay'
> {
  readonly name: PictureName;
  readonly key: Key;
  readonly request: Request;
  readonly call: CallFields;
  /** Whether the manifest picks this candidate. */
  readonly isPicked: boolean;
}

/** One of the parts of a run that is divided among several machines. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** The shard that a plan is about. */
export interface PlannedShard extends Shard {
  /** The totals of all shards together. */
  readonly run: PlanTotals;
}

/** What a run would do and cost. Nothing is spent or written before the plan is complete, and nothing is decided after it. */
export interface Plan {
  readonly jobs: readonly Job[];
  /** One for each request, in manifest order. */
  readonly requests: readonly PlannedRequest[];
  readonly totals: PlanTotals;
  /** `null`: it is the plan of a whole run. */
  readonly shard: PlannedShard | null;
}

/** An input picture that the user provides, hashed and inspected. */
export interface InputFile {
  /** A path relative to the root, with `/`, or an `https:` URL. */
  readonly file: string;
  readonly sha256: Sha256;
  readonly info: PictureInfo;
}

/** One input picture: a file, another image's original, or an original that is not known yet. */
export type PlannedInput =
  | { readonly kind: 'file'; readonly file: InputFile }
  | { readonly kind: 'original'; readonly record: StoreRecord }
  | { readonly kind: 'upstream'; readonly id: string; readonly number: number }
  | { readonly kind: 'unfetched'; readonly url: string };

/** One file of an image, before it is encoded: everything that decides its bytes except the original. */
export interface VariantSpec extends FormatSpec {
  /** Relative to the output folder, with `/`. */
  readonly file: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly crop: Crop | Cut | null;
  /** The first frame of an animation, for readers who prefer less motion, although its format can hold all frames. */
  readonly isStill?: true;
}

/** How hard the AVIF encoder works, 0 to 9. `auto`: quickly or thoroughly, as the run asks. */
export type Effort = number | 'auto';

/**
 * Decoded pixels: sRGB, 8 bits per channel. There is an alpha channel only if some pixel is transparent, and colour only if
 * some pixel is not grey.
 */
export interface RawPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey with alpha, 3 RGB, 4 RGB with alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** How many frames of `height` the data has, one below the other. @default 1 */
  readonly frames?: number;
}

/** A picture to encode from: an original of the store, or a stand-in. */
export interface Source {
  /** What identifies the pixels: the original's sha-256, or a stand-in's recipe hash. */
  readonly sha256: Sha256;
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly isStandIn: boolean;
  /** The bytes are an SVG. @default false */
  readonly isVector?: boolean;
  /** @default 1 */
  readonly frames?: number;
  /** Reads and verifies the bytes. Each call returns a new buffer, which the caller owns. Called only to encode. */
  readonly read: () => Promise<Uint8Array>;
  /** The decoded pixels, if they can be had without the bytes. The caller owns them. @default `read` and decode */
  readonly draw?: () => Promise<RawPicture>;
}

/** An encoded file, in the cache. */
export interface EncodedFile {
  readonly spec: VariantSpec;
  readonly bytes: number;
  readonly sha256: Sha256;
  /** It was encoded quickly. `tintype encode --thorough` makes a smaller one. */
  readonly isQuick: boolean;
  readonly read: () => Promise<Uint8Array>;
  /**
   * Creates a file with these bytes at a path that does not exist yet: by reflink or hard link if the file system can, otherwise
   * by a copy. So the file may share its bytes and its time with the cache. Rejects with the file system's own error.
   */
  readonly linkTo: (path: string) => Promise<void>;
}

/** How a file looks, and what it is compared with. */
export interface FileLook {
  /** SSIMULACRA 2 of the file to the picture that it was made from, at the size of the file: see `ssimulacra2`. At most 100. */
  readonly quality: number;
  /** What sharp makes of the same pixels with its default settings, as vite-imagetools, eleventy-img and astro do. */
  readonly defaults: { readonly bytes: number; readonly quality: number };
}

/** A file that a run would deliver, and how it looks. */
export interface MeasuredFile {
  readonly id: string;
  readonly file: string;
  readonly format: Format;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** `null`: a drawing or an animation, which are not compared. */
  readonly look: FileLook | null;
}

/** What a page shows before the picture has loaded. */
export interface Preview {
  /** A tiny WebP as a data URL. */
  readonly placeholder: string | null;
  /** `#rrggbb`, the dominant colour. */
  readonly color: string | null;
}

/** Who made the picture, as the asset map states it. */
export interface AiProvenance {
  /** `false` for a stand-in. */
  readonly generated: boolean;
  readonly provider: string;
  readonly model: string;
  readonly original: Sha256 | null;
  /** IPTC, https://cv.iptc.org/newscodes/digitalsourcetype/ (2026-11-22). */
  readonly digitalSourceType: string;
}

/** A picture with all its files encoded, ready to be written under its name. */
export interface DeliveredImage extends Preview {
  readonly name: string;
  readonly files: FileFields;
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly encoded: readonly EncodedFile[];
  readonly ai: AiProvenance;
}

export interface AssetFile {
  readonly file: string;
  readonly format: Format;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly sha256: Sha256;
  /** See `VariantSpec`. */
  readonly isStill?: true;
}

/** What a browser has to know to choose a file. */
interface ShownAsset {
  readonly width: number;
  readonly height: number;
  readonly sizes: string | null;
  /** One `srcset` for each format, in order of preference. A format is left out if one of its files is larger than the fallback's. */
  readonly sources: Readonly<Partial<Record<Format, string>>>;
  /** A `srcset` of the first frame as WebP, for readers who prefer less motion; absent for a picture that does not move. */
  readonly still?: string;
}

export interface Asset extends Preview, ShownAsset {
  readonly alt: string;
  /** The fallback format's full-size file, relative to the asset map. */
  readonly src: string;
  /** Art direction: what to show instead where a media query matches, the first one that does. Absent if there is nothing. */
  readonly art?: readonly AssetArt[];
  /** The picture is transparent in some places. Absent if it is not. */
  readonly hasAlpha?: true;
  readonly files: readonly AssetFile[];
  readonly ai: AiProvenance;
}

/** What is shown in place of a picture where `media` matches. `image`: its own entry in the asset map, from which the rest is. */
export interface AssetArt extends ShownAsset {
  readonly media: string;
  readonly image: string;
}

/** `<outDir>/tintype.assets.json`. */
export interface AssetMap {
  readonly version: 1;
  readonly images: Readonly<Record<string, Asset>>;
}

/**
 * The value of `import hero from 'virtual:tintype/hero'`: a superset of vite-imagetools' `Picture`, so that components written
 * for vite-imagetools work.
 */
export interface Picture {
  /** A `srcset` for each format, in order of preference; empty if the picture is inlined. */
  readonly sources: Readonly<Partial<Record<Format, string>>>;
  /** A `srcset` of the first frame as WebP, for readers who prefer less motion; absent for a picture that does not move. */
  readonly still?: string;
  /** Art direction: the picture to show instead where a media query matches, the first one that does. Absent if there is none. */
  readonly art?: readonly { readonly media: string; readonly picture: Picture }[];
  /** The fallback, at full size. */
  readonly img: { readonly src: string; readonly w: number; readonly h: number };
  /** `''` if the image is decorative. */
  readonly alt: string;
  /** The `sizes` attribute that goes with `sources`. */
  readonly sizes: string | null;
  /** A tiny data URL; `null` if none was requested, and in dev and in tests, where nothing is encoded for it. */
  readonly placeholder: string | null;
  /** `#rrggbb`, the dominant colour; `null` as `placeholder` is. */
  readonly color: string | null;
  /** Whether the picture is transparent in some places. */
  readonly hasAlpha: boolean;
  readonly ai: AiProvenance;
}

/** A picture whose formats and size are known, as `tintype-env.d.ts` declares it. */
export interface ExactPicture<
  Formats extends Format,
  Width extends number,
  Height extends number,
> extends Picture {
  readonly sources: Readonly<Record<Formats, string>>;
  readonly img: { readonly src: string; readonly w: Width; readonly h: Height };
}

/** What a field of a manifest can hold. */
export type FieldValue =
  | string
  | number
  | boolean
  | readonly FieldValue[]
  | { readonly [name: string]: FieldValue };

/** A place that sets fields of an image: `row`, `image`, `preset:<name>` or `defaults`. */
export interface EditableLayer {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** As they are written, with templates. Of a row: its variables. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** How many images have it. */
  readonly images: number;
}

/** What can be edited of an image. */
export interface EditableImage {
  readonly id: string;
  /** The layers, nearest first. */
  readonly layers: readonly EditableLayer[];
  /** Another one as soon as one of their files has other bytes. */
  readonly revision: Sha256;
}

export interface FieldChange {
  /** The name of a layer. */
  readonly layer: string;
  /** One of `editableFields`, or a variable of a row. */
  readonly field: string;
  /** `null` removes the field. */
  readonly value: FieldValue | null;
}

/** A rectangle of a picture, in percent of its sides. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A new image that works from the picture of another one. */
export interface Variation {
  /** Of the new image. */
  readonly id: string;
  /** What is to be different. */
  readonly prompt: string;
  /** Empty: decorative. */
  readonly alt: string;
  /** The part that is drawn again; `null`: all of it may change. */
  readonly region: Region | null;
}

/** What people noted about a picture, beside its manifest. */
export interface PictureNote {
  readonly star?: true;
  readonly rejected?: true;
  readonly comment?: string;
}
