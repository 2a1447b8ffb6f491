import type { FetchInput } from '../context.ts';
import { inspectInput } from '../image/read-inputs.ts';
import type { Store } from '../store/store.ts';
import type { Finding, InputFile, InputReference, Job, PlacedFinding } from '../types.ts';

/** The hash and size of each `https:` input of a project, by URL, and the problems of those that could not be fetched. */
export interface Pins {
  readonly pins: ReadonlyMap<string, InputFile>;
  readonly problems: readonly PlacedFinding[];
}

/**
 * Reads the store's pins of the `https:` inputs. An input without a pin is fetched and pinned, so that its keys can be computed
 * here and, without a network, in CI. `fetch`: `null` if nothing may be fetched.
 */
export async function pinRemoteInputs(
  jobs: readonly Job[],
  store: Store,
  fetch: FetchInput | null,
): Promise<Pins> {
  const references = jobs
    .flatMap(({ picture }) => picture.inputs)
    .filter((reference) => reference.kind === 'url');
  if (references.length === 0) return { pins: new Map(), problems: [] };
  const pins = new Map(await store.pins());
  const problems: PlacedFinding[] = [];
  for (const reference of references) {
    if (pins.has(reference.url)) continue;
    if (await store.hasDamagedPin(reference.url))
      problems.push({ place: reference.place, finding: damagedPin(reference.url, fetch) });
    if (fetch === null) continue;
    const input = await lookAtRemote(reference, fetch);
    if (typeof input === 'string') {
      problems.push({ place: reference.place, finding: { code: 'bad-input', message: input } });
    } else {
      await store.pin(input);
      pins.set(reference.url, input);
    }
  }
  return { pins, problems };
}

function damagedPin(url: string, fetch: FetchInput | null): Finding {
  const effect =
    fetch === null
      ? 'The next run that may buy fetches it again'
      : 'It is fetched again: if it has changed, what is made from it has to be bought again';
  const message = `the store's note of what ${url} was is damaged. ${effect}. tintype verify names the file; git checkout restores it`;
  return { severity: 'warning', code: 'pin-damaged', message };
}

async function lookAtRemote(
  { url }: Extract<InputReference, { kind: 'url' }>,
  fetch: FetchInput,
): Promise<InputFile | string> {
  const fetched = await fetch(url);
  return 'problem' in fetched ? `input image ${fetched.problem}` : inspectInput(url, fetched.bytes);
}
