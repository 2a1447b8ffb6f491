import { corpus, drawnKinds } from '../support/corpus.ts';
import { realPictures } from '../support/real-pictures.ts';

/** The first ones of the corpus are those that the rule was fitted on. */
const fitted = 4;

/** Pictures that the rule of qualities was not fitted on, except the five photographs of npm: `drawn` of each drawn kind, `real` others. */
export async function judges(count: {
  readonly drawn: number;
  readonly real: number;
}): Promise<(readonly [kind: string, path: string])[]> {
  const paths: (readonly [string, string])[] = [];
  for (const kind of drawnKinds) {
    const drawn = await corpus(kind, fitted + count.drawn);
    paths.push(...drawn.slice(fitted).map((path) => [kind, path] as const));
  }
  const real = realPictures().toSorted((a, b) => Number(a.isFitted) - Number(b.isFitted));
  paths.push(...real.slice(0, count.real).map(({ kind, path }) => [kind, path] as const));
  return paths;
}
