/**
 * `@tintype/core/internal`: what the other packages of this repository use. It is not public: any release may change it,
 * so those packages require exactly the same version.
 */
export { report } from './context.ts';
export { defaults, fieldOf, isFormat, limits, pixelFieldNames } from './fields.ts';
export { readContent } from './cache/open-cache.ts';
export { isHash } from './plain-checks.ts';
export { markupOf } from './image/svg/encode-svg.ts';
export { readRegular } from './fs/read-regular.ts';
export { removeFile } from './fs/remove-file.ts';
export { writeAtomic, writeUnflushed } from './fs/write-atomic.ts';
export { sha256 } from './hash.ts';
export { readContentCredentials } from './content-credentials/read-content-credentials.ts';
export { toBeSigned } from './content-credentials/check-signature.ts';
export {
  cborBytes,
  cborInteger,
  cborList,
  cborMap,
  cborText,
} from './content-credentials/write-cbor.ts';
export { mediaTypeOf } from './media-type.ts';
export { closeServer, listenHere, newToken, refusalOf, secure, urlOf } from './local-page.ts';
export { readPurchaseAnswer, readWorkerEvent } from './operations/order-shapes.ts';
export {
  bringBack,
  editableImage,
  editImage,
  noteOnPicture,
  openWorker,
  proposeEdit,
  proposeVariation,
  readNotes,
  rewriteFiles,
  varyImage,
} from './operations.ts';
export { editableFields } from './editable-fields.ts';
export type { BroughtBack } from './operations/bring-back.ts';
export type { Notes } from './manifest/notes.ts';
export type { ProposedEdit } from './operations/edit-image.ts';
export { isChange, undone } from './operations/rewrite-file.ts';
export type { EditedFile } from './operations/rewrite-file.ts';
export type { Worker } from './operations/open-worker.ts';
export { spentOutside } from './operations/spent-outside.ts';
export { refuseMistakes } from './operations/read-plan.ts';
export { assetMapName } from './output/output-name.ts';
export { readPreviousOutputs } from './output/previous-outputs.ts';
export { type Ask, withQuestions } from './process/with-questions.ts';
export { inputReferences } from './input-references.ts';
export { withUpstream } from './plan/check-graph.ts';
export { deliveriesAs, deliveriesOf } from './plan/deliveries.ts';
export { costGroups, costsOf } from './costs-of.ts';
export { estimatesOf } from './plan/past-estimates.ts';
export { sumRanges } from './usd.ts';
export { unseenPicks } from './plan/unseen-picks.ts';
export { mayBuy } from './project/spending-policy.ts';
export { originalOf, standIn } from './purchase/original.ts';
export type { Rates } from './purchase/rates.ts';
export { openStore, remoteTiming } from './store/open-store.ts';
export type { Store, WatchedFolder } from './store/store.ts';
export { succeeds } from './succeeds.ts';
export type { Event } from './events.ts';
export type {
  EncodeOrder,
  Failure,
  OnWorkerEvent,
  PurchaseAnswer,
  PurchaseOrder,
  Workers,
} from './workers.ts';
// Tests make it shorter, as they do `remoteTiming`.
export { defaultTiming } from './process/claim-file.ts';
