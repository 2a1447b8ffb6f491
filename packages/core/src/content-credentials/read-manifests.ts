import type { Verdict } from '../types.ts';
import { checkSignature } from './check-signature.ts';
import { fitsHash, worstOf } from './fits-hash.ts';
import { type Box, boxNamed } from './read-boxes.ts';
import { type Cbor, field, listOf, readCbor, textOf } from './read-cbor.ts';

/** One manifest of a store: who says what about a picture. */
export interface Manifest {
  readonly claimGenerator: string | null;
  readonly signer: string | null;
  readonly assertions: readonly Assertion[];
  /** Whether the signature is of this claim, and the claim of these assertions. */
  readonly verdict: Verdict;
  /** The hash function of the links that name none. */
  readonly hashName: string;
}

interface Assertion {
  readonly label: string;
  readonly value: Cbor;
}

const maxManifests = 20;
const maxAssertions = 100;

/** A manifest of `all`, and after it those of the pictures that it was made from. Throws an Error that says what is wrong. */
export function readManifests(active: Box, all: readonly Box[]): Manifest[] {
  const boxes = [active];
  const found: Manifest[] = [];
  // The list grows in the loop.
  for (const box of boxes) {
    const manifest = readManifest(box);
    const verdicts = [manifest.verdict];
    for (const link of ingredientsOf(manifest)) {
      const ingredient = boxNamed(all, labelIn(link));
      // An ingredient's manifest may be left out.
      if (ingredient === undefined) continue;
      verdicts.push(fitsHash(link, ingredient.content, manifest.hashName));
      if (!boxes.includes(ingredient)) boxes.push(ingredient);
    }
    if (boxes.length > maxManifests) throw new Error(`has more than ${maxManifests} manifests`);
    found.push({ ...manifest, verdict: worstOf(verdicts) });
  }
  return found;
}

function readManifest({ boxes }: Box): Manifest {
  const claimBytes = cborIn(boxNamed(boxes, 'c2pa.claim.v2') ?? boxNamed(boxes, 'c2pa.claim'));
  const signature = cborIn(boxNamed(boxes, 'c2pa.signature'));
  if (claimBytes === null) throw new Error('has a manifest without a claim');
  if (signature === null) throw new Error('has a manifest without a signature');
  const claim = readCbor(claimBytes);
  const hashName = textOf(field(claim, 'alg')) ?? 'sha256';
  const { signer, verdict } = checkSignature(signature, claimBytes);
  const verdicts = [verdict];
  const assertions = new Map<string, Assertion>();
  const stored = boxNamed(boxes, 'c2pa.assertions')?.boxes;
  for (const link of linksIn(claim)) {
    const label = labelIn(link);
    const box = boxNamed(stored, label);
    if (assertions.has(label)) throw new Error('has two assertions with one name');
    if (assertions.size >= maxAssertions)
      throw new Error(`has more than ${maxAssertions} assertions in a manifest`);
    verdicts.push(box === undefined ? 'invalid' : fitsHash(link, box.content, hashName));
    const bytes = cborIn(box);
    assertions.set(label, { label, value: bytes === null ? null : readCbor(bytes) });
  }
  return {
    claimGenerator: generatorIn(claim),
    signer,
    assertions: [...assertions.values()],
    verdict: worstOf(verdicts),
    hashName,
  };
}

function cborIn(box: Box | undefined): Buffer | null {
  return box?.boxes.find(({ type }) => type === 'cbor')?.content ?? null;
}

/** The links to assertions. The first name is of version 1 of a claim. */
function linksIn(claim: Cbor): Cbor[] {
  const names = ['assertions', 'created_assertions', 'gathered_assertions'];
  return names.flatMap((name) => listOf(field(claim, name)));
}

/** The links to manifests of ingredients. The second name is of earlier versions of an ingredient. */
function ingredientsOf({ assertions }: Manifest): Cbor[] {
  return assertions
    .filter(({ label }) => label.startsWith('c2pa.ingredient'))
    .flatMap(({ value }) => field(value, 'activeManifest') ?? field(value, 'c2pa_manifest') ?? []);
}

/** The label of what a link leads to, such as `self#jumbf=c2pa.assertions/c2pa.hash.data`. */
function labelIn(link: Cbor): string {
  return textOf(field(link, 'url'))?.split('/').at(-1) ?? '';
}

function generatorIn(claim: Cbor): string | null {
  const info = field(claim, 'claim_generator_info');
  const first = Array.isArray(info) ? info[0] : info;
  const name = textOf(field(first, 'name'));
  const version = textOf(field(first, 'version'));
  if (name === null) return textOf(field(claim, 'claim_generator'));
  return version === null ? name : `${name} ${version}`;
}
