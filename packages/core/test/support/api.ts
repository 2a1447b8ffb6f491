import {
  type EmulatorOptions,
  type OpenAiEmulator,
  startOpenAiEmulator,
} from '@tintype/emulators/openai';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { TimedEvent } from '../../src/index.ts';
import { conformanceProblems } from './conformance.ts';

/**
 * An emulated API for all tests of a file, reset before each. After each test, its requests are checked against OpenAI's own
 * document, if the environment names one.
 */
export function useApi(options: EmulatorOptions = {}): () => OpenAiEmulator {
  let emulator: OpenAiEmulator;
  beforeAll(async () => {
    emulator = await startOpenAiEmulator(options);
    return () => emulator.close();
  });
  beforeEach(() => emulator.reset());
  afterEach(() => {
    expect(conformanceProblems(emulator.requests)).toEqual([]);
  });
  return () => emulator;
}

/** The events of one kind, in order. */
export function eventsOf<Type extends TimedEvent['type']>(
  events: readonly TimedEvent[],
  type: Type,
): Extract<TimedEvent, { type: Type }>[] {
  return events.filter((event) => event.type === type) as Extract<TimedEvent, { type: Type }>[];
}

/** The prompts that were paid for, sorted. */
export function billedPrompts({ ledger }: Pick<OpenAiEmulator, 'ledger'>): string[] {
  return ledger.map(({ prompt }) => prompt).toSorted();
}
