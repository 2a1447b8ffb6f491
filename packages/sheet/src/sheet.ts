import type {
  CostRange,
  Diagnostic,
  EditableImage,
  FieldChange,
  Format,
  Key,
  PictureInfo,
  PictureNote,
  PlanStatus,
  Sha256,
  TextRange,
  Usage,
} from '@tintype/core/types';

/**
 * The contact sheet as plain JSON, from which the page is drawn, both in a file and on a server. Texts are exactly as in
 * manifests, records and answers. The page shows them as text, never as markup.
 */
export interface Sheet {
  readonly version: 1;
  /** The name of the project's folder. */
  readonly project: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** `null` in a file. A file can neither pick nor buy; it shows the command to run instead. */
  readonly live: LiveSheet | null;
  /** Mistakes and warnings in manifests. If there is a mistake, the images are those of the last reading without one. */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Why the project could not be read, if the reason is not a mistake in a manifest, for example a config that does not
   * load.
   */
  readonly problem: string | null;
  readonly totals: SheetTotals;
  readonly money: SheetMoney;
  /** What the project is compared with; `null`: nothing. */
  readonly base: SheetBase | null;
  readonly images: readonly SheetImage[];
}

/** A sheet as a page gets it: an image that the page has already is only its id. */
export interface SheetUpdate extends Omit<Sheet, 'images'> {
  /** What a page names when it asks again. */
  readonly revision: string;
  readonly images: readonly (SheetImage | string)[];
}

/** What the pictures of the store cost, in several groupings. US dollars. */
export interface SheetMoney {
  /** What pictures cost that no image asks for today: of earlier prompts, and second purchases. */
  readonly replacedUsd: number;
  /** What was recorded today (UTC). */
  readonly todayUsd: number;
  /** The budgets of a day and of a run; `null`: there is none. */
  readonly perDayUsd: number | null;
  readonly perRunUsd: number | null;
  /** Empty: not known yet. */
  readonly groups: Readonly<Record<MoneyGrouping, readonly MoneyGroup[]>>;
}

export type MoneyGrouping = 'day' | 'manifest' | 'image' | 'model' | 'person';

export interface MoneyGroup {
  /** `null`: records before 2026-11-28 do not say, or, of a person, the record is in no commit. */
  readonly name: string | null;
  readonly pictures: number;
  /** Without pictures of unknown cost. */
  readonly costUsd: number;
  readonly unknown: number;
  /** The part that today's images ask for. */
  readonly inUseUsd: number;
  /** Of the pictures that were bought directly at a known cost: what their requests are estimated at today. */
  readonly estimated: { readonly pictures: number; readonly estimateUsd: CostRange };
}

/** A commit with which a project is compared, and what has changed since. */
export interface SheetBase {
  /** As the user wrote it. */
  readonly ref: string;
  /** The hash of the merge base. */
  readonly commit: string;
  /** The numbers of images. */
  readonly new: number;
  readonly changed: number;
  readonly gone: readonly GoneImage[];
  /** US dollars: what the pictures cost that today's manifests ask for and those of the commit did not. */
  readonly spentUsd: number;
  /** How many of them have no cost. */
  readonly unknownCosts: number;
  /** The estimated cost of those that are not bought yet; `null`: unknown. */
  readonly toBuyUsd: CostRange | null;
  /** The bytes of all delivered files; `null`: one of the two has no asset map. */
  readonly deliveredBytes: { readonly before: number; readonly after: number } | null;
}

/** An image that the commit has, and today's manifests do not. */
export interface GoneImage {
  readonly id: string;
  readonly manifest: string;
  readonly pictures: readonly PastPicture[];
}

/** How an image differs from a commit. */
export interface ImageChange {
  readonly kind: 'new' | 'changed' | 'same';
  /** The changed parts of its request and the changed fields of its files; empty if a mistake in the commit hides them. */
  readonly changed: readonly string[];
  /** US dollars: what its pictures cost that the commit did not ask for. */
  readonly spentUsd: number;
  /** The stored pictures that the commit asked for and that are not asked for today. */
  readonly before: readonly PastPicture[];
}

/** What only a server knows. */
export interface LiveSheet {
  /** Whether pictures may be bought here; otherwise why not. */
  readonly buying: { readonly confirmAboveUsd: number } | { readonly refusal: string };
  /** The purchase that is running; `null`: none is. */
  readonly purchase: SheetPurchase | null;
  /** Why the last purchase of several images was refused or stopped as a whole; `null`: it was not. */
  readonly failure: SheetFailure | null;
  /** What the reader may do: all of it; pick and note; or only look. */
  readonly role: SheetRole;
  /** What undo would take back, as in `the prompt of "hero"`; `null`: nothing. */
  readonly undo: string | null;
}

export type SheetRole = 'edit' | 'pick' | 'look';

/** The code with which a page shows an image. */
export interface Snippet {
  /** As in `Copy <picture>`. */
  readonly name: string;
  readonly text: string;
}

export interface SheetPurchase {
  /** The images that one click ordered. */
  readonly ids: readonly string[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** The current step, as a sentence. */
  readonly note: string;
  /** How many pictures it buys, and how many of them have come. */
  readonly pictures: number;
  readonly bought: number;
  /** How many partial pictures have come, and of which image the last one is. The server has it at `partial/<number>`. */
  readonly partials: number;
  readonly partialOf: string | null;
}

export interface SheetTotals {
  readonly images: number;
  /** Requests: every candidate counts. */
  readonly pictures: number;
  /** Images that have a picture which is not in the store. */
  readonly missing: number;
  /** Requests that are ordered in a batch and not collected yet. */
  readonly ordered: number;
  /**
   * The cost of all records of the store, including those that no manifest names today, and second purchases of one
   * request. Records without a cost are left out.
   */
  readonly spentUsd: number;
  /** The part of it that the stored pictures of these images cost. Each key counts once. */
  readonly inUseUsd: number;
  /** The part of `spentUsd` that pictures of batches cost. */
  readonly inBatchesUsd: number;
  /** How many records of the store have no cost. */
  readonly unknownCosts: number;
  /** The estimated cost of what is missing; `null`: unknown. */
  readonly toBuyUsd: CostRange | null;
  /**
   * The bytes of the originals, and of the full-size files in the preferred format, for delivered images whose original is
   * known.
   */
  readonly originalBytes: number;
  readonly deliveredBytes: number;
}

/** The worst fact about an image, as one word. */
export type ImageStatus =
  | CandidateStatus
  | 'failed'
  | 'not-delivered'
  | 'changed'
  | 'unpicked'
  | 'unseen'
  | 'stand-in'
  | 'delivered';

/** The facts by which the page can filter. */
export type Flag = 'differs' | 'missing' | 'unpicked' | 'failed' | 'changed' | 'stand-in';

export interface SheetImage {
  readonly id: string;
  /** Relative to the root. */
  readonly manifest: string;
  readonly line: number;
  /** `''`: decorative. */
  readonly alt: string;
  readonly status: ImageStatus;
  readonly flags: readonly Flag[];
  /** How the next run's delivery would differ from the asset map, one clause for each difference. */
  readonly changes: readonly string[];
  readonly prompt: string;
  /** The positions of the image's own words in the prompt. */
  readonly own: readonly TextRange[];
  readonly provider: string;
  readonly model: string;
  /**
   * Parameters of the request and of the files, by their names in a manifest. Those with their default value are left out,
   * except for the size.
   */
  readonly parameters: readonly Parameter[];
  readonly pick: number | null;
  readonly candidates: readonly Candidate[];
  /** Pictures that were bought for it and that it does not ask for today, the newest first. */
  readonly past: readonly PastPicture[];
  /** The images whose pictures it works from. */
  readonly madeFrom: readonly string[];
  /** `null`: it is compared with nothing. */
  readonly change: ImageChange | null;
  /** The files that are made from each of its pictures. */
  readonly variants: readonly Variant[];
  readonly deliveries: readonly SheetDelivery[];
  /** The free drawing in place of its picture, which is not stored; `null`: it is stored, or drawn anyway. */
  readonly standIn: SheetPicture | null;
  /** The price of everything that the image needs; `null`: nothing has to be bought, or not here. */
  readonly price: Price | null;
  /** It is missing, and a run of `tintype` orders it in a batch. A page never does. */
  readonly isForBatch: boolean;
  /** Why the last purchase of the image on this page failed; `null`: it did not. */
  readonly failure: SheetFailure | null;
}

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

export type CandidateStatus =
  | Exclude<PlanStatus, 'stored'>
  | 'stored'
  /** A running process has sent the request and waits for the answer. */
  | 'buying'
  /** Paid for and not recorded yet. The next run that may buy records it at no cost. */
  | 'paid'
  /** Ordered in a batch, or otherwise to be collected later. Its reason says when it is due, if that is known. */
  | 'ordered'
  /** Its provider draws stand-ins, which are free. */
  | 'drawn'
  | 'refused'
  | 'rejected'
  | 'damaged';

export interface Candidate {
  /** From 1. */
  readonly number: number;
  readonly status: CandidateStatus;
  /** Why the status is not simply `stored`. */
  readonly reason: string | null;
  /** When the open request was sent: ISO 8601, UTC. `null`: there is none, or its note cannot be read. */
  readonly askedAt: string | null;
  readonly key: Key | null;
  /** It was picked before its picture existed. */
  readonly isUnseenPick: boolean;
  /** The picture to show; `null`: there is none yet. */
  readonly picture: SheetPicture | null;
  /** The size of the original; `null`: there is none. */
  readonly bytes: number | null;
  readonly format: string | null;
  /** The cost; `null`: unknown, or not bought. */
  readonly costUsd: number | null;
  readonly usage: Usage | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string | null;
  readonly requestId: string | null;
  /** It was bought in a batch. */
  readonly wasInBatch: boolean;
  /** The content credentials of the original, in words; `null`: it has none. */
  readonly credentials: string | null;
  readonly note: PictureNote;
}

/** A picture of the store that an image asked for once. */
export interface PastPicture extends Pick<
  Candidate,
  'picture' | 'bytes' | 'format' | 'costUsd' | 'note'
> {
  readonly key: Key;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly prompt: string;
  readonly model: string;
  readonly quality: string;
  readonly size: string;
  /** Why it cannot be used; `null`: it can. */
  readonly rejected: string | null;
}

/** A picture that the page can ask for, by its hash. */
export interface SheetPicture extends Pick<PictureInfo, 'width' | 'height' | 'hasAlpha'> {
  readonly hash: Sha256;
}

/** A file that is made from a picture of an image. */
export interface Variant {
  readonly format: Format;
  readonly width: number;
  readonly height: number;
  readonly isCropped: boolean;
}

export interface DeliveredFile {
  readonly file: string;
  readonly format: Format;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** What the site has now, according to its asset map. */
export interface SheetDelivery {
  readonly name: string;
  readonly candidate: number;
  readonly isStandIn: boolean;
  /** The file to show: the preferred format at full size. `null`: it is not on the disk. */
  readonly picture: SheetPicture | null;
  readonly files: readonly DeliveredFile[];
  /** The size of the original from which they were made; `null`: unknown. */
  readonly originalBytes: number | null;
}

export interface Price {
  /** How many pictures have to be bought, including inputs from other images. */
  readonly pictures: number;
  /** The other images for which pictures have to be bought. */
  readonly upstream: readonly string[];
  /** `null`: unknown. */
  readonly costUsd: CostRange | null;
}

export interface SheetFailure {
  readonly code: string;
  /** In the API's words. */
  readonly message: string;
  readonly maybeBilled: boolean;
}

/** What a page can change of an image, and what it has to know about the fields. */
export interface EditForm extends EditableImage {
  readonly fields: readonly FormField[];
}

export interface FormField {
  readonly name: string;
  readonly type: 'text' | 'lines' | 'number' | 'choice' | 'check';
  /** What editors show beside the field. */
  readonly help: string;
  /** The values of a choice; of a text, those that are usual. */
  readonly values: readonly (string | number)[];
  /** What applies if no manifest sets it; empty: nothing. */
  readonly usual: string;
}

/** What a change would do, before it is made. */
export interface EditProposal {
  readonly files: readonly FileDiff[];
  /** Mistakes and warnings that it would make. With a mistake it cannot be saved. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the image would then cost; `null`: nothing has to be bought, or the change is a mistake. */
  readonly price: Price | null;
  /** What would have to be bought then and does not have to be bought now; `null`: nothing. */
  readonly buysMore: {
    readonly pictures: number;
    readonly images: readonly string[];
    readonly costUsd: CostRange | null;
  } | null;
}

/** The lines of a file that change, each with ` `, `+` or `-` before it. */
export interface FileDiff {
  readonly file: string;
  readonly hunks: readonly { readonly line: number; readonly lines: readonly string[] }[];
}

/** What brings a stored picture back: a change of its image's fields, to be sent with the revision. */
export interface BringBackOffer {
  readonly changes: readonly FieldChange[];
  readonly revision: string;
  readonly proposal: EditProposal;
}

/** Why a change was not made: a file has changed since the page read it. The page has the person's own texts. */
export interface EditConflict {
  readonly message: string;
  /** The image as it is now. */
  readonly image: EditForm;
}

/** The change that was taken back. */
export interface Undone {
  readonly what: string;
}

/** Why a change was not taken back: its file has changed since. */
export interface UndoConflict {
  readonly message: string;
  /** How the file would change if the change were taken back. */
  readonly files: readonly FileDiff[];
}
