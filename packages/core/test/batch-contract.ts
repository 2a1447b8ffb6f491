import { inspect } from 'node:util';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Access,
  type BatchAnswer,
  type BatchOffer,
  type Order,
  ProviderError,
} from '../src/provider/provider.ts';
import { policies } from '../src/provider/retry.ts';
import type { Request } from '../src/types.ts';
import { expectSecretFree, failureOf } from './support/failure-of.ts';
import { inputPicture, orderOf } from './support/order.ts';

/** How an API can fail a batch. */
export type BatchTrouble =
  /** Creates the next batch, and its answer is lost. */
  | 'lost-creation'
  /** Creates the next batch, then refuses it. */
  | 'refusal'
  /** Creates the next batch, then refuses it because the account has no room. */
  | 'no-room'
  /** Refuses the next line. */
  | 'moderation'
  /** Cuts off the next file of answers. */
  | 'cut-answers';

/** An offer of batches that talks to an emulator of its API. */
export interface BatchesUnderTest {
  readonly offer: BatchOffer;
  /** The fields that decide which model is asked. */
  readonly request: Partial<Request>;
  readonly key: string;
  readonly fail: (trouble: BatchTrouble) => void;
  /** Adds batches of other programs to the same account. */
  readonly plant: (count: number) => void;
  /** Answers the next `lines` lines of the last batch. Without `lines`: answers all, and ends the batch. */
  readonly work: (lines?: number) => Promise<void>;
  /** Ends the last batch because its time is over. */
  readonly expire: () => Promise<void>;
  /** Deletes the answers of the last batch. */
  readonly forget: () => void;
  /** The number of batches that this provider created. */
  readonly created: () => number;
  /** The pictures that were paid for, with the number of input files of each. */
  readonly billed: () => readonly { readonly inputs: number }[];
  /** The number of uploads of pictures. */
  readonly uploads: () => number;
  readonly close: () => Promise<void>;
}

/** A rule of the contract: rejects if the offer breaks it. */
type Rule = (under: BatchesUnderTest) => Promise<void>;

const name = 'ab'.repeat(16);

/** The rules that every provider's offer of batches must keep, by their titles. */
export const batchRules: Readonly<Record<string, Rule>> = {
  'costs less than a direct request, and tells which requests go together': async ({
    offer,
    request,
  }) => {
    expect(offer.priceFactor).toBeGreaterThan(0);
    expect(offer.priceFactor).toBeLessThan(1);
    expect(offer.maxLines).toBeGreaterThanOrEqual(1);
    const groupOf = (more: Partial<Request>) =>
      offer.groupOf(orderOf({ ...request, ...more }).request);
    expect(groupOf({ prompt: 'x' })).toBe(groupOf({ prompt: 'y', quality: 'low' }));
    expect(groupOf({ model: 'another' })).not.toBe(groupOf({}));
  },

  'an upload orders nothing, and a creation orders once': async (under) => {
    const fileId = await upload(under, 3);
    expect([under.created(), under.billed().length]).toEqual([0, 0]);
    const { batchId, dueAt } = await create(under, fileId);
    expect(under.created()).toBe(1);
    expect(Date.parse(dueAt!)).toBeGreaterThan(Date.now());
    expect(await under.offer.look(batchId, access(under))).toMatchObject({
      state: 'working',
      problem: '',
    });
  },

  'the answers are one picture of each request, with what it used': async (under) => {
    const orders = ordersOf(under, 3);
    const batchId = await ordered(under, 3);
    await under.work();
    const look = await under.offer.look(batchId, access(under));
    expect(look).toMatchObject({ state: 'ended', lines: 3, answered: 3, problem: '' });
    const answers = await answersOf(under, batchId);
    expect(answers.map(({ key }) => key).toSorted()).toEqual(
      orders.map(({ key }) => key).toSorted(),
    );
    for (const answer of answers) {
      const picture = pictureIn(answer);
      expect((await sharp(picture.bytes).metadata()).format).toBe('png');
      expect(picture.usage?.outputImageTokens).toBeGreaterThan(0);
      expect(picture.requestId).not.toBeNull();
    }
    expect(under.billed()).toHaveLength(3);
  },

  'input pictures and a mask are uploaded once each, and used': async (under) => {
    const [photo, other] = [await inputPicture(64, 64), await inputPicture(32, 64)];
    const mask = await inputPicture(64, 64, { alpha: true });
    const orders = ['a', 'b', 'c'].map((prompt) =>
      orderOf({ ...under.request, prompt }, { ...access(under), inputs: [photo, other], mask }),
    );
    const { offer } = under;
    const fileId = await offer.upload(name, eachOf(orders), access(under));
    expect(under.uploads()).toBe(3);
    await offer.create(name, fileId, orders[0]!.request, access(under));
    await under.work();
    expect(under.billed()).toEqual([{ inputs: 3 }, { inputs: 3 }, { inputs: 3 }]);
  },

  'a creation whose answer is lost is not repeated, and is found': async (under) => {
    const fileId = await upload(under, 2);
    under.fail('lost-creation');
    const error = await failureOf(create(under, fileId));
    expect(policies[error.code].billed).not.toBe('no');
    expect(under.created()).toBe(1);
    const found = await under.offer.find(name, access(under));
    expect(found).not.toBeNull();
    await under.work();
    expect(await answersOf(under, found!.batchId)).toHaveLength(2);
  },

  'a batch is found by its name among many others, and only if it exists': async (under) => {
    under.plant(120);
    expect(await under.offer.find(name, access(under))).toBeNull();
    const batchId = await ordered(under, 1);
    under.plant(120);
    expect(await under.offer.find(name, access(under))).toMatchObject({ batchId });
    expect(await under.offer.find('cd'.repeat(16), access(under))).toBeNull();
  },

  'a batch is listed with its keys, unless it is older, refused or not wanted': async (under) => {
    const list = under.offer.list!.bind(under.offer);
    const listed = (since: Date, except = '') =>
      allOf(list(since, (its) => its !== except, access(under)));
    const anHourAgo = new Date(Date.now() - 3_600_000);
    expect(await listed(anHourAgo)).toEqual([]);
    const batchId = await ordered(under, 2);
    under.plant(120);
    const all = await listed(anHourAgo);
    const ours = all.filter((batch) => batch.name === name);
    expect(ours).toMatchObject([{ batchId, name }]);
    expect(ours[0]!.keys).toHaveLength(2);
    expect(Math.abs(Date.parse(ours[0]!.createdAt) - Date.now())).toBeLessThan(60_000);
    expect(await listed(anHourAgo, name)).toEqual(all.filter((batch) => batch.name !== name));
    const later = await listed(new Date(Date.now() + 3_600_000));
    expect(later).toEqual([]);
  },

  'a creation without its upload orders nothing': async (under) => {
    const fileId = await upload(under, 2);
    expect(await under.offer.removeUpload(name, fileId, access(under))).toBe(true);
    await create(under, fileId).catch(() => {});
    await under.work().catch(() => {});
    expect(under.billed()).toEqual([]);
  },

  'an upload that the account does not have is not said to be removed': async (under) => {
    expect(await under.offer.removeUpload(name, 'file-unknown', access(under))).toBe(false);
  },

  'an account remembers that an upload was removed, and of which batch': async (under) => {
    const fileId = await upload(under, 1);
    const { offer } = under;
    expect(await offer.removeUpload(name, fileId, access(under))).toBe(true);
    expect(await offer.removeUpload(name, fileId, access(under))).toBe(true);
    expect(await offer.removeUpload('cd'.repeat(16), fileId, access(under))).toBe(false);
  },

  'an upload is removed by its name, and no other file is': async (under) => {
    const fileId = await upload(under, 1);
    const { offer } = under;
    expect(await offer.removeUpload('cd'.repeat(16), fileId, access(under))).toBe(false);
    expect(await offer.removeUpload('cd'.repeat(16), null, access(under))).toBe(false);
    expect(await offer.removeUpload(name, null, access(under))).toBe(true);
    expect(await offer.removeUpload(name, null, access(under))).toBe(true);
  },

  'what was made before a cancellation is answered, and the rest is not done': async (under) => {
    const batchId = await ordered(under, 3);
    await under.work(1);
    await under.offer.cancel(batchId, access(under));
    await under.work();
    expect((await under.offer.look(batchId, access(under))).state).toBe('ended');
    await expectAnswers(under, batchId, { pictures: 1, notDone: 2 });
  },

  'what was made before the time was over is answered, and the rest is not done': async (under) => {
    const batchId = await ordered(under, 3);
    await under.work(2);
    await under.expire();
    const look = await under.offer.look(batchId, access(under));
    expect(look.state).toBe('ended');
    expect(look.problem).not.toBe('');
    await expectAnswers(under, batchId, { pictures: 2, notDone: 1 });
  },

  'a batch that is refused was not ordered, and it says why': async (under) => {
    under.fail('refusal');
    const batchId = await ordered(under, 2);
    await under.work();
    const look = await under.offer.look(batchId, access(under));
    expect(look).toMatchObject({ state: 'refused', isForLater: false });
    expect(look.problem).not.toBe('');
    expect(under.billed()).toEqual([]);
  },

  'a batch that the account has no room for can be ordered later': async (under) => {
    under.fail('no-room');
    const batchId = await ordered(under, 2);
    await under.work();
    expect(await under.offer.look(batchId, access(under))).toMatchObject({
      state: 'refused',
      isForLater: true,
    });
  },

  'a line that is refused is classified, and the others are answered': async (under) => {
    const batchId = await ordered(under, 3);
    under.fail('moderation');
    await under.work();
    const answers = await answersOf(under, batchId);
    expect(answers).toHaveLength(3);
    const failed = answers.flatMap((line) =>
      line.kind === 'answer' && line.answer instanceof ProviderError ? [line.answer] : [],
    );
    expect(failed.map(({ code }) => code)).toEqual(['moderation']);
  },

  'answers that end too early are an error, and not the end': async (under) => {
    const batchId = await ordered(under, 3);
    await under.work();
    under.fail('cut-answers');
    const error = await failureOf(answersOf(under, batchId));
    expect([error.code, error.isOver]).toEqual(['connection-lost', false]);
    await expectAnswers(under, batchId, { pictures: 3, notDone: 0 });
  },

  'answers that are gone are over': async (under) => {
    const batchId = await ordered(under, 1);
    await under.work();
    under.forget();
    expect((await failureOf(answersOf(under, batchId))).isOver).toBe(true);
  },

  'nothing shows the key': async (under) => {
    const { offer, key } = under;
    const batchId = await ordered(under, 1);
    await under.work();
    const shown = [await offer.look(batchId, access(under)), await answersOf(under, batchId)];
    expect(inspect(shown, { depth: 10 })).not.toContain(key);
    const calls = [
      () => offer.upload(name, eachOf(ordersOf(under, 1)), access(under)),
      () => create(under, 'file-1'),
      () => offer.find(name, access(under)),
      () => offer.removeUpload(name, 'file-1', access(under)),
      () => offer.look(batchId, access(under)),
      () => offer.cancel(batchId, access(under)),
      () => answersOf(under, batchId),
    ];
    await under.close();
    for (const call of calls) {
      const error = await failureOf(call());
      expect(error.code).toBe('not-connected');
      expectSecretFree(error, [key]);
    }
  },
};

/** Tests `batchRules`. `setUp` runs before each test. */
export function batchContract(of: string, setUp: () => Promise<BatchesUnderTest>): void {
  describe(`the batches of ${of}`, () => {
    let under: BatchesUnderTest;
    beforeEach(async () => {
      under = await setUp();
    });
    afterEach(() => under.close());
    test.each(Object.entries(batchRules))('%s', async (_, rule) => {
      await expect(rule(under)).resolves.toBeUndefined();
    });
  });
}

function access({ key }: BatchesUnderTest): Access {
  return { apiKey: key, timeoutMs: 600_000 };
}

function ordersOf(under: BatchesUnderTest, count: number): Order[] {
  return Array.from({ length: count }, (_, index) =>
    orderOf({ ...under.request, prompt: `picture ${index}` }, access(under)),
  );
}

async function* eachOf(orders: readonly Order[]): AsyncIterable<Order> {
  yield* orders;
}

function upload(under: BatchesUnderTest, count: number): Promise<string> {
  return under.offer.upload(name, eachOf(ordersOf(under, count)), access(under));
}

function create(under: BatchesUnderTest, fileId: string) {
  return under.offer.create(name, fileId, orderOf(under.request).request, access(under));
}

async function ordered(under: BatchesUnderTest, count: number): Promise<string> {
  return (await create(under, await upload(under, count))).batchId;
}

function answersOf(under: BatchesUnderTest, batchId: string): Promise<BatchAnswer[]> {
  return allOf(under.offer.answers(batchId, access(under)));
}

export async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function expectAnswers(
  under: BatchesUnderTest,
  batchId: string,
  { pictures, notDone }: { readonly pictures: number; readonly notDone: number },
): Promise<void> {
  const answers = await answersOf(under, batchId);
  const done = answers.filter(({ kind }) => kind === 'answer');
  for (const answer of done) pictureIn(answer);
  expect([done.length, answers.length - done.length]).toEqual([pictures, notDone]);
}

function pictureIn(line: BatchAnswer) {
  if (line.kind !== 'answer' || line.answer instanceof ProviderError)
    throw new Error(`${line.key} has no picture`);
  return line.answer;
}
