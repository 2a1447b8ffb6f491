import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TintypeError } from '../errors.ts';
import { codeFrame } from '../manifest/source-text.ts';
import type { Diagnostic, Job, Place } from '../types.ts';

/** An error as Rollup, Rolldown and Vite show it: in the terminal and in the overlay, with the place in a user's file. */
export class PlacedError extends Error {
  override readonly name = 'TintypeError';
  readonly id?: string;
  readonly loc?: { readonly file: string; readonly line: number; readonly column: number };
  readonly frame?: string;

  constructor(message: string, place: Pick<PlacedError, 'id' | 'loc' | 'frame'> = {}) {
    super(message);
    Object.assign(this, place);
    // The stack would only show where in Tintype it was thrown.
    this.stack = '';
  }
}

/** The failure, at its line of the manifest if it has one. */
export async function explain(error: unknown, root: string, jobs: readonly Job[]): Promise<Error> {
  if (!(error instanceof TintypeError)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const [first] = error.diagnostics;
  if (first !== undefined) {
    return placed(error.diagnostics.map(sentence).join('\n'), root, first, first.frame);
  }
  const job = jobs.find(({ id }) => id === error.imageId);
  if (job === undefined) return new PlacedError(error.message);
  return pointAt(error.message, root, job.place, job.id.length);
}

/**
 * An error at a place. Its `file` is relative to `root`; the frame shows its line, with a caret under `length` characters.
 */
export async function pointAt(
  message: string,
  root: string,
  place: Place,
  length: number,
): Promise<PlacedError> {
  const text = await readFile(join(root, place.file), 'utf8').catch(() => null);
  return placed(message, root, place, text === null ? null : codeFrame(text, place, length));
}

function placed(message: string, root: string, place: Place, frame: string | null): PlacedError {
  const file = join(root, place.file);
  return new PlacedError(message, {
    id: file,
    loc: { file, line: place.line, column: place.column },
    ...(frame === null ? {} : { frame }),
  });
}

function sentence({ file, line, column, code, message }: Diagnostic): string {
  return `${file}:${line}:${column}  ${code}  ${message}`;
}
