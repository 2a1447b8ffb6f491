/** The public API of `@tintype/core`: a list, nothing else. */
export { defineConfig } from './config.ts';
export type { Config, Options } from './config.ts';
export type { SharedCacheMode, SharedCacheOptions } from './project/shared-cache-options.ts';
export type { SharedCacheCounts } from './cache/open-cache.ts';
export type { Missing, MissingPolicy, SpendingPolicy } from './project/spending-policy.ts';
export { count, fileSize, money, moneyRange } from './amounts.ts';
export { sumUsd } from './usd.ts';
export { batchPriceFactors } from './batch-price.ts';
export { escapeHtml } from './escape-html.ts';
export { codeFrame } from './manifest/source-text.ts';
export { packageFacts } from './project/package-facts.ts';
export { didYouMean, nearest } from './did-you-mean.ts';
export { srcset } from './srcset.ts';
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { TintypeError } from './errors.ts';
export type { DiagnosticCode, ErrorCode } from './errors.ts';
export type { Event, Reporter, TimedEvent } from './events.ts';
export { sharedCacheText } from './shared-cache-text.ts';
export {
  cancelBatches,
  checkProject,
  collectProject,
  confirmOnTerminal,
  encodeProject,
  examineProject,
  exportOriginals,
  generate,
  importPictures,
  loadProject,
  mergeShards,
  openBatches,
  openImages,
  deliveredAsset,
  pickCandidate,
  planChanges,
  planProject,
  pruneProject,
  pruneRemote,
  pullOriginals,
  pushOriginals,
  listKnownModels,
  readCosts,
  readCostsBy,
  measureFiles,
  readReport,
  submitBatches,
  uncommittedPurchases,
  warnOfDueBatches,
  watchBatches,
  warnOfUncommitted,
  verifyProject,
} from './operations.ts';
export { quickBytesIn, quickFilesText } from './quick-files.ts';
export type { EncodeRequest, EncodeResult } from './operations/encode-project.ts';
export type { ExportResult } from './operations/export-originals.ts';
export type { ImportedPicture, ImportRequest, ImportResult } from './operations/import-pictures.ts';
export type {
  Examination,
  ExaminedProblem,
  ExaminedShell,
  ProjectState,
} from './operations/examine-project.ts';
export type { GitState } from './operations/examine-git.ts';
export type { StoreState } from './operations/examine-store.ts';
export type { OptionInForce } from './project/options-in-force.ts';
export { listenForInterrupts } from './process/interrupts.ts';
export type { Interrupt, InterruptedProcess } from './process/interrupts.ts';
export type { Terminal } from './purchase/confirm-on-terminal.ts';
export type { CheckOptions, CheckResult } from './operations/check-project.ts';
export { canBuy, offerText } from './context.ts';
export type { Context, Offer } from './context.ts';
export type { GenerateResult } from './generate.ts';
export type { Fields } from './fields.ts';
export { hasProvenance } from './image/provenance.ts';
export type { ComparedPicture } from './plan/compare-plans.ts';
export type { PlanChanges } from './operations/plan-changes.ts';
export type { ShownPlan, ShownRow } from './plan/shown-rows.ts';
export { readShard, shardName } from './shard.ts';
export { inBatches, minuteOf, orderedText } from './plan/in-batches.ts';
export { toBuy } from './plan/to-buy.ts';
export type { Model, ModelOverride, Prices } from './plan/models.ts';
export type {
  Access,
  BatchAnswer,
  BatchLook,
  BatchOffer,
  InputPicture,
  Order,
  Picture,
  PlacedBatch,
  Provider,
} from './provider/provider.ts';
export { fromAiSdk } from './provider/ai-sdk/ai-sdk.ts';
export type { AiSdkOptions } from './provider/ai-sdk/ai-sdk.ts';
export type { AiSdkImageModel } from './provider/ai-sdk/model.ts';
export { openAi } from './provider/openai/openai.ts';
export type { OpenAiOptions } from './provider/openai/openai.ts';
export { folder } from './remote/folder-remote.ts';
export type { PruneRemoteOptions, PruneRemoteResult } from './operations/prune-remote.ts';
export type { HttpHeaders, HttpRequest } from './remote/http-client.ts';
export type { RemoteProblem } from './remote/http-problems.ts';
export { http } from './remote/http-remote.ts';
export type { HttpOptions } from './remote/http-remote.ts';
export type { PullResult, PushResult } from './operations/transfer-originals.ts';
export { proxiedFetch } from './process/proxied-fetch.ts';
export { isSigner } from './signer.ts';
export type { FileToSign, OpenSigner, OriginalToSign, Signer, SigningProject } from './signer.ts';
export { isName, isRemote } from './remote/remote.ts';
export type { GetLimits, Limits, Remote, RemoteFile } from './remote/remote.ts';
export { ProviderError } from './provider/provider.ts';
export { replicate } from './provider/replicate/replicate.ts';
export type { ReplicateOptions } from './provider/replicate/replicate.ts';
export type { MergeResult } from './operations/merge-shards.ts';
export type { ShardReport } from './operations/shard-report.ts';
export type { KnownModel, KnownModels } from './operations/list-known-models.ts';
export type { CostsByWay, GroupCosts, ModelCosts } from './operations/read-costs.ts';
export type { EstimatedCosts } from './plan/past-estimates.ts';
export type { CostsBy, PictureCosts } from './costs-of.ts';
export type { MeasureResult } from './operations/measure-files.ts';
export type { FormatWeight, Report } from './operations/read-report.ts';
export type { PickResult } from './operations/pick-candidate.ts';
export type { OpenImages, PlannedImage } from './operations/open-images.ts';
export type { BatchState, SubmitResult } from './operations/batch-project.ts';
export type { Obtainer } from './purchase/obtain-original.ts';
export type { Original } from './purchase/original.ts';
export { openRunBudget } from './purchase/run-budget.ts';
export type { RunBudget } from './purchase/run-budget.ts';
export type { Project, ProjectRequest } from './project/project.ts';
export type { PruneOptions, PruneResult } from './operations/prune-project.ts';
export type { KeptFile } from './operations/plan-prune.ts';
export type { UncommittedPurchases, UnwantedFile } from './store/store.ts';
export type * from './types.ts';
export { commitHint, staleHint } from './operations/commit-hint.ts';
export type { VerifyOptions, VerifyResult } from './operations/verify-project.ts';
export type { Checked, VerifyCode, VerifyFinding } from './verify-finding.ts';
