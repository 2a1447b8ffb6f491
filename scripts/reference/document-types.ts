/** The JSON that programs read. `write-schemas.ts` makes a schema of each type. */
import type {
  AssetMap,
  CostsBy,
  Examination,
  ExportResult,
  GroupCosts,
  ImportResult,
  KnownModels,
  ModelCosts,
  MeasuredFile,
  Report,
  TimedEvent,
} from '../../packages/core/src/index.ts';
import type { ExplainedCode } from '../../packages/cli/src/explain-codes.ts';
import type { PlanDocument } from '../../packages/cli/src/format/plan-document.ts';
import type { WorkerLine } from '../../packages/cli/src/format/worker-lines.ts';
import type { QueueState } from '../../packages/queue/src/operate-queue.ts';
import type { Readiness } from '../../packages/queue/src/serve-health.ts';

interface Versioned {
  readonly version: 1;
}

/** What a run reports. A line of `--reporter json` has not all of it: see `publicEvents` of that reporter. */
export type EventLine = TimedEvent;

export type { PlanDocument, Readiness, WorkerLine };
export type CostsDocument = Versioned &
  (
    | { readonly models: readonly ModelCosts[] }
    | { readonly by: CostsBy; readonly groups: readonly GroupCosts[] }
  );
export type ModelsDocument = Versioned & KnownModels;
/** `null`: no run has written an asset map. */
export type ReportDocument = Versioned & {
  readonly report: Report | null;
  /** Only with `--measure`. */
  readonly measured?: readonly MeasuredFile[];
};
export type DoctorDocument = Versioned & Examination;
export type ExplainDocument = Versioned & { readonly codes: readonly ExplainedCode[] };
export type ImportDocument = Versioned & ImportResult;
export type ExportDocument = Versioned & ExportResult;
export type AssetsDocument = AssetMap;
export type QueueDocument = Versioned & { readonly queues: readonly QueueState[] };
