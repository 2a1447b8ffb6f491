import { ProviderError } from '../provider/provider.ts';
import type { Request, ResolvedRequest } from '../types.ts';
import type { BatchState } from './collect-batches.ts';
import type { Providers } from './providers.ts';

/** Requests that may be in one file, at most as many as fit. */
export interface BatchGroup {
  readonly requests: readonly ResolvedRequest[];
  /** Why they are not ordered now: the provider has just refused a batch of such requests. `null`: they are. */
  readonly refusal: ProviderError | null;
}

/** Divides requests into batches. `collected`: what became of the batches that were open when the run began. */
export function batchGroups(
  requests: readonly ResolvedRequest[],
  collected: readonly BatchState[],
  providers: Providers,
): readonly BatchGroup[] {
  const nameOf = (provider: string, request: Request) =>
    `${provider} ${providers(provider).batches?.groupOf(request)}`;
  const refused = Map.groupBy(
    collected.filter(({ look }) => look?.state === 'refused'),
    ({ batch }) => nameOf(batch.provider, batch.lines[0]!.request),
  );
  const groups = Map.groupBy(requests, ({ provider, request }) => nameOf(provider, request));
  return [...groups].flatMap(([name, group]) => {
    const { maxLines } = providers(group[0]!.provider).batches!;
    const before = refused.get(name) ?? [];
    const final = before.find(({ look }) => look?.isForLater === false);
    const refusal =
      final === undefined
        ? null
        : new ProviderError('refused', `its batch was refused and not billed: ${final.problem}`);
    return inPieces(group, Math.min(maxLines, ...before.map(halfOf))).map((piece) => ({
      requests: piece,
      refusal,
    }));
  });
}

/** The account has no room for a batch of this size. */
function halfOf({ batch }: BatchState): number {
  return Math.ceil(batch.lines.length / 2);
}

function inPieces<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
