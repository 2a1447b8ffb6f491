import type { Reporter } from '@tintype/core';

export const REPORTERS = ['pretty', 'plain', 'json', 'github'] as const;
export type ReporterName = (typeof REPORTERS)[number];

/** What shows a run while it happens. */
export interface View {
  readonly report: Reporter;
  /** Says something that is no event. */
  readonly notice: (text: string) => void;
  /** Leaves the terminal to a question until the function that it returns is called; a view that never repaints has none. */
  readonly pause?: () => () => void;
  /** Ends the view and gives the terminal back; `error` is what ended the run, where something did. */
  readonly close: (error?: unknown) => void;
}
