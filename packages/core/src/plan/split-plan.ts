import { sha256 } from '../hash.ts';
import { inputReferences } from '../input-references.ts';
import type { Job, Plan, PlannedInput, PlannedRequest, Shard } from '../types.ts';
import { selectJobs } from './plan-jobs.ts';
import { requestKey, requestOf } from './request-key.ts';

/**
 * The plan of one shard. `run`: the plan of all shards. `whole`: the plan of the whole project, which decides the split, so that
 * a picture is in the same shard in every run, also in a run of a few images.
 */
export function planOfShard(run: Plan, whole: Plan, shard: Shard): Plan {
  const shards = splitPlan(whole, shard.count);
  const own = selectJobs(run, new Set(run.jobs.filter((job) => shards.get(job) === shard.index)));
  return { ...own, shard: { ...shard, run: run.totals } };
}

/**
 * The shard of each job, from 1 to `count`. Jobs that are made from each other are in one shard, and so are jobs that share a
 * key, so no key is in two shards. A new image moves no other image to another shard. Neither does storing a picture, unless two
 * originals have the same bytes, because then the pictures made from them may share a key.
 */
export function splitPlan(plan: Plan, count: number): ReadonlyMap<Job, number> {
  const names = groupNames(plan);
  return new Map(plan.jobs.map((job) => [job, shardOf(names.get(job)!, count)]));
}

/** The shard of a key, from 1 to `count`. The key is a hash, so its first 52 bits are spread evenly. */
export function shardOf(key: string, count: number): number {
  return (Number.parseInt(key.slice(0, 13), 16) % count) + 1;
}

/** The name of each job's group: the smallest name of those of its jobs that are made from no other image. */
function groupNames({ jobs, requests }: Plan): ReadonlyMap<Job, string> {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const groups = disjointSets<Job>();
  for (const job of jobs) for (const id of upstreamIds(job)) groups.join(job, byId.get(id)!);
  const ofKey = new Map<string, Job>();
  for (const { key, job } of requests) {
    if (key === null) continue;
    groups.join(job, ofKey.get(key) ?? job);
    ofKey.set(key, job);
  }
  const names = new Map<Job, string>();
  for (const row of requests) {
    if (row.number !== 1 || upstreamIds(row.job).length > 0) continue;
    const group = groups.find(row.job);
    const name = nameOf(row);
    if (name < (names.get(group) ?? '~')) names.set(group, name);
  }
  return new Map(jobs.map((job) => [job, names.get(groups.find(job))!]));
}

function upstreamIds(job: Job): string[] {
  return inputReferences(job.picture).flatMap((input) =>
    input.kind === 'image' ? [input.id] : [],
  );
}

/**
 * The key of a job's first candidate. An `https:` input counts as its URL here, so that the shard is the same before and after
 * the input is fetched.
 */
function nameOf({ job, key, inputs, overlay }: PlannedRequest): string {
  if (key !== null && !inputReferences(job.picture).some(({ kind }) => kind === 'url')) return key;
  const images = inputs.map(hashByUrl);
  return requestKey(requestOf(job, 1, { images, overlay: overlay && hashByUrl(overlay) }));
}

function hashByUrl(input: PlannedInput) {
  if (input.kind === 'unfetched') return sha256(input.url);
  if (input.kind !== 'file') throw new Error('an input that is another image has no URL');
  return input.file.file.startsWith('https://') ? sha256(input.file.file) : input.file.sha256;
}

/** Union-find: which items belong together. */
function disjointSets<Item>() {
  const parents = new Map<Item, Item>();
  const find = (item: Item): Item => {
    let root = item;
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root))
      root = parent;
    // Shortens the path for the next search.
    for (let at = item; at !== root;) {
      const next = parents.get(at)!;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  return {
    find,
    join: (one: Item, other: Item): void => {
      const [a, b] = [find(one), find(other)];
      if (a !== b) parents.set(a, b);
    },
  };
}
