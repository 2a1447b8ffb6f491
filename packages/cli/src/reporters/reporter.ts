import type { Reporter } from '@tintype/core';

export const reporterNames = ['pretty', 'plain', 'json', 'github'] as const;
export type ReporterName = (typeof reporterNames)[number];

/** Shows a run while it happens. */
export interface View {
  readonly report: Reporter;
  /** Prints a message that is not an event. */
  readonly notice: (text: string) => void;
  /**
   * Stops repainting during a question, until the returned function is called. A view that never repaints does not have this.
   */
  readonly pause?: () => () => void;
  /** Ends the view and releases the terminal; `error` is the error that ended the run, if there is one. */
  readonly close: (error?: unknown) => void;
}
