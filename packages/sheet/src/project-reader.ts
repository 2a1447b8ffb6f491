import { type Context, type Diagnostic, TintypeError } from '@tintype/core';
import { readSheet, type SheetReading } from './read-sheet.ts';

/** The project as it is now, or as it last was, with the reason why it cannot be read now. */
interface ProjectReading {
  /** `null`: the config cannot be loaded. */
  readonly context: Context | null;
  /** `null`: the project could not be read yet. */
  readonly reading: SheetReading | null;
  /** The reading before this one, whose pictures an open page may still ask for. */
  readonly earlier: SheetReading | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly problem: string | null;
}

export interface ProjectReader {
  readonly read: () => Promise<ProjectReading>;
  /** The project may have changed: the next `read` reads it again. */
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

/** Reads a project when it is first asked for, and again after each change. */
export function projectReader(contextNow: () => Promise<Context>): ProjectReader {
  let current: Promise<ProjectReading> | null = null;
  let lastWhole: SheetReading | null = null;

  async function readNow(): Promise<ProjectReading> {
    let context: Context | null = null;
    try {
      context = await contextNow();
      const reading = await readSheet(context);
      const earlier = lastWhole;
      await earlier?.close();
      lastWhole = reading;
      return { context, reading, earlier, diagnostics: reading.facts.diagnostics, problem: null };
    } catch (error) {
      if (!(error instanceof TintypeError)) throw error;
      const { code, message, diagnostics } = error;
      const problem = code === 'manifest' ? null : message;
      return { context, reading: lastWhole, earlier: null, diagnostics, problem };
    }
  }

  return {
    read: () => (current ??= readNow()),
    forget: () => {
      current = null;
    },
    close: async () => lastWhole?.close(),
  };
}
