import { expect } from 'vitest';
import type { Diagnostic } from '../../src/index.ts';
import type { Run, TestProject } from './project.ts';

/** The mistakes for which a run is refused, in order. */
export async function mistakesOf(project: TestProject, run: Run = {}): Promise<Diagnostic[]> {
  const { error, events } = await project.generate(run);
  expect(error).toMatchObject({ code: 'manifest' });
  return events.flatMap((event) =>
    event.type === 'diagnostic' && event.severity === 'error' ? [event] : [],
  );
}

/** The same, each as `line: message`. */
export async function mistakeLinesOf(project: TestProject, run: Run = {}): Promise<string[]> {
  return (await mistakesOf(project, run)).map(({ line, message }) => `${line}: ${message}`);
}
