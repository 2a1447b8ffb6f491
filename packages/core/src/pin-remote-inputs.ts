import { fetchRemote } from './fetch-remote.ts';
import { lookAt } from './image/read-inputs.ts';
import type { Store } from './store/store.ts';
import type { InputFile, InputReference, Job, PlacedFinding } from './types.ts';

/** What each `https:` input of a project is, by URL, and what is wrong with those that cannot be had. */
export interface Pins {
  readonly pins: ReadonlyMap<string, InputFile>;
  readonly problems: readonly PlacedFinding[];
}

/**
 * Reads what the store knows of the `https:` inputs. `mayFetch`: one that it does not know is fetched and kept there, so
 * that keys can be made of it here and, without a network, in CI.
 */
export async function pinRemoteInputs(jobs: readonly Job[], store: Store, mayFetch: boolean): Promise<Pins> {
  const references = jobs.flatMap(({ picture }) => picture.inputs).filter((reference) => reference.kind === 'url');
  if (references.length === 0) return { pins: new Map(), problems: [] };
  const pins = new Map(await store.pins());
  const problems: PlacedFinding[] = [];
  for (const reference of mayFetch ? references : []) {
    if (pins.has(reference.url)) continue;
    const input = await fetchInput(reference);
    if (typeof input === 'string') {
      problems.push({ place: reference.place, finding: { code: 'bad-input', message: input } });
    } else {
      await store.pin(input);
      pins.set(reference.url, input);
    }
  }
  return { pins, problems };
}

async function fetchInput({ url }: Extract<InputReference, { kind: 'url' }>): Promise<InputFile | string> {
  const fetched = await fetchRemote(url);
  return 'problem' in fetched ? `input image ${fetched.problem}` : lookAt(url, fetched.bytes);
}
