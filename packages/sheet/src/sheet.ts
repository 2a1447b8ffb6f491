import type {
  CostRange,
  Diagnostic,
  Format,
  Key,
  PictureInfo,
  PlanStatus,
  Sha256,
  TextRange,
  Usage,
} from '@tintype/core/types';

/**
 * The contact sheet as plain JSON: what the page is drawn from, in a file of its own and in a server alike. Texts are as
 * they stand in manifests, records and answers; the page shows them as text, never as markup.
 */
export interface Sheet {
  readonly version: 1;
  /** The name of the project's folder. */
  readonly project: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** `null` in a file: it can neither pick nor buy, and gives the command to run instead. */
  readonly live: LiveSheet | null;
  /** Mistakes and warnings in manifests. Where there is a mistake, the images are those of the last whole reading. */
  readonly diagnostics: readonly Diagnostic[];
  /** Why nothing could be read, where it is no mistake in a manifest: a config that does not load. */
  readonly problem: string | null;
  readonly totals: SheetTotals;
  readonly images: readonly SheetImage[];
}

/** What a server knows beside the project. */
export interface LiveSheet {
  /** Whether pictures may be bought here; else why not. */
  readonly buying: { readonly confirmAboveUsd: number } | { readonly refusal: string };
  /** The purchase under way. */
  readonly purchase: SheetPurchase | null;
}

export interface SheetPurchase {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** What it is at: a sentence. */
  readonly note: string;
}

export interface SheetTotals {
  readonly images: number;
  /** Requests: every candidate counts. */
  readonly pictures: number;
  /** Images of which a picture is not in the store. */
  readonly missing: number;
  /**
   * What all records of the store cost: also those that no manifest names today, and second purchases of one request.
   * Records without a cost are left out.
   */
  readonly spentUsd: number;
  /** The part of it that the stored pictures of these images cost, each key once. */
  readonly inUseUsd: number;
  /** How many records of the store have no cost. */
  readonly unknownCosts: number;
  /** The estimated cost of what is missing; `null`: unknown. */
  readonly toBuyUsd: CostRange | null;
  /** Of the delivered images whose originals are known: what came, and the full-size file in the preferred format. */
  readonly originalBytes: number;
  readonly deliveredBytes: number;
}

/** The worst of what is true of an image, as one word. */
export type ImageStatus =
  | CandidateStatus
  | 'failed'
  | 'not-delivered'
  | 'changed'
  | 'unpicked'
  | 'unseen'
  | 'stand-in'
  | 'delivered';

/** What the filters ask for. */
export type Flag = 'missing' | 'unpicked' | 'failed' | 'changed' | 'stand-in';

export interface SheetImage {
  readonly id: string;
  /** Relative to the root. */
  readonly manifest: string;
  readonly line: number;
  /** `''`: decorative. */
  readonly alt: string;
  readonly status: ImageStatus;
  readonly flags: readonly Flag[];
  /** What the next run would deliver otherwise than the asset map says; one clause each. */
  readonly changes: readonly string[];
  readonly prompt: string;
  /** Where the image's own words stand in the prompt. */
  readonly own: readonly TextRange[];
  readonly provider: string;
  readonly model: string;
  /** Of the request and of the files, by the manifest's names; those at their default left out but for the size. */
  readonly parameters: readonly Parameter[];
  readonly pick: number | null;
  readonly candidates: readonly Candidate[];
  /** The files that each of its pictures becomes. */
  readonly variants: readonly Variant[];
  readonly deliveries: readonly SheetDelivery[];
  /** What it takes to have it whole; `null`: nothing has to be bought. */
  readonly price: Price | null;
  /** How the last purchase of it, here, went wrong. */
  readonly failure: SheetFailure | null;
}

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

export type CandidateStatus =
  | Exclude<PlanStatus, 'stored'>
  | 'stored'
  /** A process that is alive has asked for it and waits for the answer. */
  | 'buying'
  /** Paid for and not recorded yet: the next run that may buy does that at no cost. */
  | 'paid'
  /** Its provider draws stand-ins, which are free. */
  | 'drawn'
  | 'refused'
  | 'rejected'
  | 'damaged';

export interface Candidate {
  /** From 1. */
  readonly number: number;
  readonly status: CandidateStatus;
  /** Why it is not simply stored. */
  readonly reason: string | null;
  /** When the request under way was sent: ISO 8601, UTC. `null`: there is none, or its note cannot be read. */
  readonly askedAt: string | null;
  readonly key: Key | null;
  /** It is picked and was not there to be looked at when it was picked. */
  readonly isUnseenPick: boolean;
  /** What there is to see; `null`: nothing yet. */
  readonly picture: SheetPicture | null;
  /** Of the original; `null` where there is none. */
  readonly bytes: number | null;
  readonly format: string | null;
  /** What it cost; `null`: unknown, or not bought. */
  readonly costUsd: number | null;
  readonly usage: Usage | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string | null;
  readonly requestId: string | null;
}

/** Pixels that the page can ask for, by what identifies them. */
export interface SheetPicture extends Pick<PictureInfo, 'width' | 'height' | 'hasAlpha'> {
  readonly hash: Sha256;
}

/** A file that a picture of an image becomes. */
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

/** What the site has now, by its asset map. */
export interface SheetDelivery {
  readonly name: string;
  readonly candidate: number;
  readonly isStandIn: boolean;
  /** Of the file to look at: the preferred format at full size. `null`: it is not on the disk. */
  readonly picture: SheetPicture | null;
  readonly files: readonly DeliveredFile[];
  /** Of the original that they were made from; `null` where it is not known. */
  readonly originalBytes: number | null;
}

export interface Price {
  /** How many pictures have to be bought, including inputs from other images. */
  readonly pictures: number;
  /** The other images among those. */
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
