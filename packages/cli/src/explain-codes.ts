import { type CodeKind, kindsOfCodes } from './explanations.ts';

/** What a code means in messages of these kinds. A code may have two meanings, as `input-changed` has. */
export interface ExplainedCode {
  readonly code: string;
  readonly kinds: readonly CodeKind[];
  readonly means: string;
  readonly wayOut: string;
}

/** All codes, with those of one kind together. */
export function explainedCodes(): readonly ExplainedCode[] {
  const explained = new Map<string, ExplainedCode>();
  for (const { code, kind, means, wayOut } of everyExplanation()) {
    const meaning = JSON.stringify([code, means, wayOut]);
    const kinds = [...(explained.get(meaning)?.kinds ?? []), kind];
    explained.set(meaning, { code, kinds, means, wayOut });
  }
  return [...explained.values()];
}

function everyExplanation() {
  return (Object.keys(kindsOfCodes) as CodeKind[]).flatMap((kind) =>
    Object.entries(kindsOfCodes[kind]).map(([code, [means, wayOut]]) => {
      return { code, kind, means, wayOut };
    }),
  );
}
