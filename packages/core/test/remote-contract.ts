import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdsConditions } from '../src/remote/probe-conditions.ts';
import type { Remote } from '../src/remote/remote.ts';

/** A remote whose server runs, and what is known about the server. */
export interface RemoteUnderTest {
  readonly remote: Remote;
  /** The same place with credentials that the server refuses; `null`: this kind has no credentials. */
  readonly denied: Remote | null;
  /** A remote of this kind whose server does not run; `null`: this kind has no server. */
  readonly away: Remote | null;
  /** Passwords, tokens and keys that must not be in any error. */
  readonly secrets: readonly string[];
  /** What `create` does for a name that exists: keeps it, overwrites it, or says that it cannot tell. */
  readonly creates: 'once' | 'again' | 'never';
  readonly canList: boolean;
  /** How many names are put and listed. S3 has up to 1,000 on a page. */
  readonly manyNames: number;
  readonly close: () => Promise<void>;
}

/** Tests what every remote must do, against a real server. Runs `setUp`, which starts the server, once. */
export function remoteContract(name: string, setUp: () => Promise<RemoteUnderTest>): void {
  describe(`${name} keeps the contract of remotes`, () => {
    let under: RemoteUnderTest;
    let remote: Remote;
    let names = 0;
    /** A name that no other test uses. */
    const fresh = (): string => `tests/${++names}/file.png`;
    beforeAll(async () => {
      under = await setUp();
      remote = under.remote;
    }, 120_000);
    afterAll(() => under.close());

    const limits = { maxBytes: 10_000_000 };
    const get = (at: string) => remote.get(at, limits).then((bytes) => bytes && Buffer.from(bytes));
    /** Calls every operation. */
    const operations = (
      of: Remote,
      at: string,
      signal?: AbortSignal,
    ): Record<string, () => Promise<unknown>> => {
      const also = signal === undefined ? {} : { signal };
      return {
        get: () => of.get(at, { ...limits, ...also }),
        size: () => of.size(at, also),
        put: () => of.put(at, Buffer.from('put'), also),
        create: () => of.create(at, Buffer.from('created'), also),
        remove: () => of.remove(at, also),
        ...(under.canList ? { list: () => all(of.list(at, also)) } : {}),
      };
    };

    test.each([0, 1, 70_000, 5_000_000])('%i bytes come back as they were put', async (length) => {
      const [at, bytes] = [fresh(), randomBytes(length)];
      await remote.put(at, bytes);
      expect((await get(at))!.equals(bytes)).toBe(true);
      expect(await remote.size(at)).toBe(length);
    });

    test('a second put replaces the first', async () => {
      const at = fresh();
      await remote.put(at, Buffer.from('the first'));
      await remote.put(at, Buffer.from('second'));
      expect(String(await get(at))).toBe('second');
      expect(await remote.size(at)).toBe(6);
    });

    test('a view of a buffer is put without the rest of the buffer', async () => {
      const at = fresh();
      await remote.put(at, Buffer.from('whole').subarray(1, 3));
      expect(String(await get(at))).toBe('ho');
    });

    test('a name without a file gives null, and removing it does nothing', async () => {
      const at = fresh();
      expect([await get(at), await remote.size(at)]).toEqual([null, null]);
      await remote.remove(at);
      await remote.put(at, Buffer.from('there'));
      // `a` must be a file, not a folder.
      const below = `${at}/below.png`;
      expect([await get(below), await remote.size(below)]).toEqual([null, null]);
      await remote.remove(at);
      expect([await get(at), await remote.size(at)]).toEqual([null, null]);
    });

    test('an answer above the limit is refused', async () => {
      const at = fresh();
      await remote.put(at, randomBytes(70_000));
      expect(await outcomeOf(remote.get(at, { maxBytes: 69_999 }))).toMatchObject({
        code: 'remote-damaged',
      });
      expect((await remote.get(at, { maxBytes: 70_000 }))!.byteLength).toBe(70_000);
    });

    test('a reader sees one upload or the other, never a mix', async () => {
      const at = fresh();
      const uploads = ['a', 'b'].map((letter) => Buffer.alloc(2_000_000, letter));
      await remote.put(at, uploads[0]!);
      const done = new AbortController();
      const seen = new Set<string>();
      const reader = (async () => {
        while (!done.signal.aborted) {
          const bytes = (await get(at))!;
          expect(bytes.byteLength).toBe(2_000_000);
          expect(isOfOneByte(bytes)).toBe(true);
          seen.add(String.fromCharCode(bytes[0]!));
        }
      })();
      for (let round = 0; round < 8; round++) await remote.put(at, uploads[round % 2]!);
      done.abort();
      await reader;
      expect(seen.size).toBeGreaterThan(0);
    });

    test('a name that exists is created once, or the server is known to overwrite it', async () => {
      const at = fresh();
      const created = await outcomeOf(remote.create(at, Buffer.from('first')));
      const again = await outcomeOf(remote.create(at, Buffer.from('second')));
      const found = await get(at).then(String);
      if (under.creates === 'once') expect([created, again, found]).toEqual([true, false, 'first']);
      if (under.creates === 'again')
        expect([created, again, found]).toEqual([true, true, 'second']);
      if (under.creates === 'never') {
        const refused = expect.objectContaining({ code: 'remote-unsupported' });
        expect([created, again, found]).toEqual([refused, refused, 'null']);
      }
    });

    test('a race shows whether the remote creates a name once, and leaves no file', async () => {
      expect(await holdsConditions(remote)).toBe(under.creates === 'once');
      if (under.canList) expect(await all(remote.list('probes/'))).toEqual([]);
    });

    test('of 16 that create a name at once, one succeeds, if the server keeps conditions', async () => {
      if (under.creates !== 'once') return;
      for (let round = 0; round < 10; round++) {
        const at = fresh();
        const writers = Array.from({ length: 16 }, (_, writer) => `writer ${writer}`);
        const results = await Promise.all(
          writers.map((text) => remote.create(at, Buffer.from(text))),
        );
        expect(results.filter(Boolean)).toEqual([true]);
        expect(String(await get(at))).toBe(writers[results.indexOf(true)]);
      }
    });

    test.each([
      '',
      '/absolute',
      '../outside',
      'a/../../outside',
      'a//b',
      'a/./b',
      'a/',
      '.hidden',
      'a/.b.tmp',
      'A',
      'a b',
      'a?b',
      'a#b',
      'a%2e%2e',
      'a\\b',
      'a\0b',
      'ä',
      'a'.repeat(513),
    ])('the name %j is refused', async (bad) => {
      const { list: _, ...tried } = operations(remote, bad);
      for (const operation of Object.values(tried)) {
        const error = await outcomeOf(Promise.resolve().then(operation));
        expect(String(error)).toContain('a name in a remote must be');
      }
    });

    test('many names are listed, and only those below a prefix', async () => {
      if (!under.canList) {
        const listed = all(remote.list('listed/'));
        expect(await outcomeOf(listed)).toMatchObject({ code: 'remote-unsupported' });
        return;
      }
      const since = Date.now();
      const at = (index: number) => {
        const number = String(index).padStart(4, '0');
        return `listed/${number.slice(0, 2)}/${number}-1_a.png`;
      };
      const limit = pLimit(16);
      const indexes = Array.from({ length: under.manyNames }, (_, index) => index);
      await Promise.all(
        indexes.map((index) => limit(() => remote.put(at(index), Buffer.from('ab')))),
      );
      await remote.put('listed-not/1.png', Buffer.from('abc'));

      const listed = await all(remote.list('listed/'));
      expect(listed.map((file) => file.name).toSorted()).toEqual(indexes.map(at));
      expect(new Set(listed.map((file) => file.bytes))).toEqual(new Set([2]));
      for (const { modifiedAt } of listed) {
        // Servers round to seconds, and the upload may have begun in an earlier second.
        expect(modifiedAt.getTime()).toBeGreaterThan(since - 5000);
        expect(modifiedAt.getTime()).toBeLessThan(Date.now() + 5000);
      }
      const some = await all(remote.list('listed/00'));
      expect(some.map((file) => file.name).toSorted()).toEqual(indexes.slice(0, 100).map(at));
      const one = await all(remote.list(at(7)));
      expect(one).toMatchObject([{ name: at(7), bytes: 2 }]);
      expect(await all(remote.list('listed/x'))).toEqual([]);
      const whole = await all(remote.list(''));
      expect(whole.length).toBeGreaterThan(under.manyNames);
    });

    test('an aborted signal ends each operation with its reason', async () => {
      const reason = new Error('enough');
      for (const operation of Object.values(
        operations(remote, fresh(), AbortSignal.abort(reason)),
      )) {
        expect(await outcomeOf(operation())).toBe(reason);
      }
    });

    test('an upload that is cut off leaves the old file or the whole new one', async () => {
      const at = fresh();
      await remote.put(at, Buffer.from('before'));
      for (const [round, ms] of [0, 1, 2, 4, 8, 16, 32].entries()) {
        const aborter = new AbortController();
        const upload = Buffer.alloc(8_000_000, String(round));
        const put = outcomeOf(remote.put(at, upload, { signal: aborter.signal }));
        await sleep(ms);
        aborter.abort(new Error('cut off'));
        await put;
        const found = (await get(at))!;
        if (String(found) === 'before') continue;
        expect(found.byteLength).toBe(8_000_000);
        expect(isOfOneByte(found)).toBe(true);
      }
    });

    test('a server that refuses the credentials denies each operation, and no error repeats them', async () => {
      const { denied } = under;
      if (denied === null) return;
      for (const [called, operation] of Object.entries(operations(denied, fresh()))) {
        const error = await outcomeOf(operation());
        // Swift refuses conditions before it checks the signature.
        const isFirst = called === 'create' && under.creates === 'never';
        const code = isFirst ? 'remote-unsupported' : 'remote-denied';
        expect(error).toMatchObject({ name: 'TintypeError', code });
        expectNoSecret(error, denied, under.secrets);
      }
    });

    test('a server that is away is unavailable, and no error repeats the credentials', async () => {
      const { away } = under;
      if (away === null) return;
      const began = performance.now();
      await Promise.all(
        Object.values(operations(away, fresh())).map(async (operation) => {
          const error = await outcomeOf(operation());
          expect(error).toMatchObject({ name: 'TintypeError', code: 'remote-unavailable' });
          expectNoSecret(error, away, under.secrets);
        }),
      );
      expect(performance.now() - began).toBeLessThan(30_000);
    });
  });
}

function isOfOneByte(bytes: Buffer): boolean {
  return bytes.equals(Buffer.alloc(bytes.byteLength, bytes.subarray(0, 1)));
}

/** Expects that the error's message begins with the label, and that the error shows no secret at any depth. */
export function expectNoSecret(error: unknown, remote: Remote, secrets: readonly string[]): void {
  expect((error as Error).message.startsWith(remote.label)).toBe(true);
  const shown = inspect(error, { depth: 20, showHidden: true, maxStringLength: null });
  for (const secret of secrets) expect(shown).not.toContain(secret);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What a call resolves to, or its error. */
export function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => error);
}
