import type { Effort, FormatSpec, Source } from '../types.ts';
import { type EncoderSettings, encoderSettings, type RunEffort } from './encoder-settings.ts';

/**
 * The efforts of `auto`. A thorough file looks like the quick one, has a tenth fewer bytes and takes 6 to 14 times as long:
 * `bench/efforts.ts` measured it (2026-11-29), and `docs/encoding.md` has the table.
 */
export const quick: RunEffort = { effort: 3, less: 0 };
export const thorough: RunEffort = { effort: 6, less: 2 };

/** How a run encodes. */
export interface Speed {
  readonly effort: Effort;
  /** Only for `auto`. */
  readonly isThorough: boolean;
  /** Other machines get what this run encodes. */
  readonly isShared: boolean;
}

/** The settings of a run's files. Each function of a file returns `null` if there are no such settings for it. */
export interface Encodings {
  /** How a file is encoded that is not in the cache. */
  readonly settings: (spec: FormatSpec) => EncoderSettings;
  /** A file with these is smaller, and is taken instead if the cache has it. */
  readonly better: (spec: FormatSpec) => EncoderSettings | null;
  /** A file that had to be encoded is also encoded with these, for the machines that encode quickly. */
  readonly spare: (spec: FormatSpec) => EncoderSettings | null;
}

/**
 * The settings at a speed. Stand-ins are always encoded quickly. A thorough run uses no quick file, so its files do not depend on what
 * the cache has.
 */
export function encodingsAt(
  { effort, isThorough, isShared }: Speed,
  { isStandIn }: Pick<Source, 'isStandIn'>,
): Encodings {
  if (effort !== 'auto') return { settings: at(effort), better: none, spare: none };
  if (isStandIn) return { settings: at(quick), better: none, spare: none };
  return isThorough
    ? { settings: at(thorough), better: none, spare: isShared ? ifItVaries(quick) : none }
    : { settings: at(quick), better: ifItVaries(thorough), spare: none };
}

/** Every effort at which a run may encode a file. */
export function effortsOf(effort: Effort): readonly (number | RunEffort)[] {
  return effort === 'auto' ? [quick, thorough] : [effort];
}

function at(effort: number | RunEffort): Encodings['settings'] {
  return (spec) => encoderSettings(spec, effort);
}

function ifItVaries(effort: RunEffort): Encodings['better'] {
  return (spec) => (hasTwoSpeeds(spec) ? encoderSettings(spec, effort) : null);
}

/** Other formats have one effort, and so has a file whose manifest sets it. */
export function hasTwoSpeeds({ format, effort }: FormatSpec): boolean {
  return format === 'avif' && effort === undefined;
}

function none(): null {
  return null;
}
