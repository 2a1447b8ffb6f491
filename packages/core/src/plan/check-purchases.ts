import type { PlacedFinding, Plan } from '../types.ts';

/** A warning for each picture that two branches bought, until the merge of its record is resolved. */
export function checkPurchases(plan: Plan): PlacedFinding[] {
  return plan.requests.flatMap(({ id, job, stored }) => {
    if (stored?.kind !== 'record' || stored.other === undefined) return [];
    const { key } = stored.record;
    const message = `"${id}" was bought on two branches: the older picture is used and both are kept. Git left a merge conflict in records/${key.slice(0, 2)}/${key}.json; the next run that may buy resolves it at no cost, then run git add on it`;
    return [{ place: job.place, finding: { severity: 'warning', code: 'bought-twice', message } }];
  });
}
