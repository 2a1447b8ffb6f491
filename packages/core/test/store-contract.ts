import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../src/hash.ts';
import { formatJson } from '../src/store/record-file.ts';
import { recordOf } from '../src/store/record-of.ts';
import type { Store } from '../src/store/store.ts';
import type { Batch, InputFile, Key, Refusal, StoreRecord } from '../src/types.ts';
import { attemptOf, bytesOf, keyOf, purchaseOf, requestOf } from './support/purchases.ts';
import { isQuick } from './support/test-mode.ts';

const kills = isQuick ? 3 : 8;

/** An empty store, and functions that change it from outside. */
export interface StoreUnderTest {
  /** The store as a newly started process sees it. */
  readonly open: () => Store;
  /** Writes a record's text over the one that exists. */
  readonly plantRecord: (key: Key, text: string) => Promise<void>;
  /** Replaces the bytes that a record names; `null`: removes them. */
  readonly plantBytes: (record: StoreRecord, bytes: Uint8Array | null) => Promise<void>;
  /** Whether originals are on the network, so that only the record says how large they are. */
  readonly hasBytesElsewhere: boolean;
  /** How many records a store of this kind must handle. */
  readonly many: number;
  /** Quickly adds valid records of requests with the prompts `0`, `1`, …, which all name one picture. */
  readonly fill: (records: number) => Promise<void>;
  /** The files beside the store, where a name that leads out of the store would end. */
  readonly outside: () => Promise<readonly string[]>;
  /** How another process opens the store; `null`: none can. */
  readonly shared: {
    /** The URL of a module. */
    readonly module: string;
    /** The name of its function that opens the store at `place`. */
    readonly open: string;
    readonly place: string;
  } | null;
  readonly close: () => Promise<void>;
}

/** Tests what every store must do. `setUp` runs before each test. */
export function storeContract(name: string, setUp: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of stores`, () => {
    let under: StoreUnderTest;
    let store: Store;
    const key = keyOf('hat');
    const never = new AbortController().signal;
    beforeEach(async () => {
      under = await setUp();
      store = under.open();
    });
    // Removing a hundred thousand files takes minutes on a slow disk.
    afterEach(() => under.close(), 600_000);

    describe('what was stored is read by a process that starts later', () => {
      test('nothing in an empty store, and reading creates nothing', async () => {
        const empty = { records: [], originals: [], rejected: [], pins: [], refusals: [] };
        for (let look = 0; look < 2; look++) {
          expect([
            (await store.stored()).size,
            (await store.attempts()).size,
            (await store.pins()).size,
            (await store.refusals()).size,
            await store.purchases(),
            await store.find(key),
            await store.attempt(key),
            await store.received(key),
            await store.isClaimed(key),
            await store.hasDamagedPin('https://example.com/a.png'),
          ]).toEqual([0, 0, 0, 0, [], null, null, null, false, false]);
          expect(await store.list()).toMatchObject({ ...empty, leftovers: [], foreign: [] });
          expect(await store.verify()).toMatchObject({ findings: [], records: 0 });
          await store.clearAttempt(key);
          await store.clearDead();
        }
      });

      test('a purchase: its record, its bytes and their size', async () => {
        const usage = {
          inputTextTokens: 1,
          inputImageTokens: 2,
          outputImageTokens: 3,
          outputTextTokens: 4,
        };
        const boughtFor = { id: 'hat', manifest: 'site.images.yaml' };
        const { record, earlier } = await store.put(purchaseOf('hat', { usage, boughtFor }));
        expect(earlier).toBeNull();
        expect(record).toMatchObject({
          version: 1,
          key,
          request: requestOf('hat'),
          original: { sha256: sha256(bytesOf('hat')), bytes: bytesOf('hat').length, format: 'png' },
          usage,
          boughtFor,
          costUsd: 0.01,
          provenance: { requestId: 'req_1', createdAt: '2026-11-23T12:00:00.000Z' },
        });
        const later = under.open();
        expect(await later.find(key)).toEqual({ kind: 'record', record });
        expect(await later.stored()).toEqual(new Map([[key, { kind: 'record', record }]]));
        expect(await later.purchases()).toEqual([record]);
        expect(Buffer.from(await later.read(record))).toEqual(bytesOf('hat'));
        expect(await later.sizeOf(record)).toBe(bytesOf('hat').length);
      });

      test('an attempt, note by note, and the bytes of its answer', async () => {
        await store.noteAttempt(attemptOf('hat'));
        await store.noteAttempt(attemptOf('hat', { outcome: 'received', requestId: 'req_1' }));
        const open = { key, damage: null, isAnswerDamaged: false, isInFlight: false };
        const note = attemptOf('hat', { outcome: 'received', requestId: 'req_1' });
        const noted = { ...open, note, isReceived: false };
        expect(await under.open().attempt(key)).toEqual(noted);
        expect(await under.open().note(key)).toEqual(note);
        await store.receive(key, bytesOf('hat'));
        const later = under.open();
        expect(await later.attempts()).toEqual(new Map([[key, { ...noted, isReceived: true }]]));
        expect(Buffer.from((await later.received(key))!)).toEqual(bytesOf('hat'));
      });

      test('a refusal, the first of a key', async () => {
        const refusal: Refusal = {
          version: 1,
          key,
          request: requestOf('hat'),
          reason: 'not this',
          requestId: null,
          refusedAt: '2026-11-23T12:00:00.000Z',
        };
        await store.refuse(refusal);
        await store.refuse({ ...refusal, reason: 'nor that' });
        const stored = { kind: 'refusal', refusal };
        expect(await under.open().refusals()).toEqual(new Map([[key, stored]]));
      });

      test('a pin, the last of a URL', async () => {
        const pin: InputFile = {
          file: 'https://example.com/a.png',
          sha256: sha256('a'),
          info: { format: 'png', width: 8, height: 8, hasAlpha: false },
        };
        await store.pin({ ...pin, sha256: sha256('before') });
        await store.pin(pin);
        expect(await under.open().pins()).toEqual(new Map([[pin.file, pin]]));
        expect(await store.hasDamagedPin(pin.file)).toBe(false);
      });

      test('which pictures a person picked', async () => {
        expect(await store.confirmedPicks()).toEqual(new Set());
        await store.confirmPick(key);
        await store.confirmPick(key);
        expect(await under.open().confirmedPicks()).toEqual(new Set([key]));
        expect((await store.list()).picks).toMatchObject([{ key }]);
      });

      test('a batch, note by note, whose lines are attempts that nothing else may make', async () => {
        const name = 'ab'.repeat(16);
        const lines = ['hat', 'cat'].map((prompt) => attemptOf(prompt, { batch: name }));
        const batch: Batch = {
          version: 1,
          name,
          provider: 'openai',
          lines,
          fileId: null,
          batchId: null,
          dueAt: null,
          reservedUsd: 0.02,
        };
        expect(await store.batches()).toEqual([]);
        await store.noteBatch(batch);
        const created = { ...batch, fileId: 'file-1', batchId: 'batch_1' };
        await store.noteBatch(created);
        const later = under.open();
        expect(await later.batches()).toEqual([{ kind: 'batch', batch: created }]);
        const line = {
          key,
          note: lines[0],
          damage: null,
          isReceived: false,
          isAnswerDamaged: false,
          isInFlight: false,
          batch: created,
        };
        expect(await later.attempt(key)).toEqual(line);
        const two = await later.attemptsOf([key, lines[1]!.key, sha256('none') as never]);
        expect([...two.keys()]).toEqual(lines.map((one) => one.key));
        expect(two.get(key)).toEqual(line);
        expect((await later.attempts()).get(key)).toEqual(line);
        expect((await later.attempts()).size).toBe(2);
        // The answer of one line arrives.
        await store.receive(key, bytesOf('hat'));
        expect(await under.open().attempt(key)).toMatchObject({ isReceived: true });
        const received = (await under.open().attemptsOf([key])).get(key);
        expect(received).toEqual(await under.open().attempt(key));
        await store.put(purchaseOf('hat'));
        await store.clearAttempt(key);
        await later.clearBatch(created);
        expect(await under.open().batches()).toEqual([]);
        expect((await under.open().attempts()).size).toBe(0);
      });

      test('bytes that are not a picture, until a configuration accepts them', async () => {
        const rejected = purchaseOf('hat', { info: null, rejected: 'no picture' });
        const { record } = await store.put(rejected);
        expect(record).toMatchObject({ rejected: 'no picture', original: { width: 0 } });
        expect(Buffer.from(await under.open().read(record))).toEqual(bytesOf('hat'));
        const info = { format: 'gif', width: 8, height: 8, hasAlpha: true };
        const accepted = await store.accept(record, info);
        const { rejected: _, ...rest } = record;
        expect(accepted).toEqual({ ...rest, original: { ...record.original, ...info } });
        expect(await under.open().find(key)).toEqual({ kind: 'record', record: accepted });
        expect(Buffer.from(await under.open().read(accepted))).toEqual(bytesOf('hat'));
        // Another process that read the old record accepts it, too.
        expect(await under.open().accept(record, info)).toEqual(accepted);
      });
    });

    describe('a purchase goes through its steps', () => {
      test('and at each step a new process finds what is stored', async () => {
        const claim = await store.claim(key, never);
        await store.noteAttempt(attemptOf('hat'));
        expect(await under.open().attempt(key)).toMatchObject({
          isInFlight: true,
          isReceived: false,
        });
        await store.receive(key, bytesOf('hat'));
        expect(await under.open().attempt(key)).toMatchObject({ isReceived: true });
        expect(await under.open().find(key)).toBeNull();
        const { record } = await store.put(purchaseOf('hat'));
        expect(await under.open().attempt(key)).toMatchObject({ isReceived: true });
        expect(await under.open().find(key)).toMatchObject({ kind: 'record' });
        await store.clearAttempt(key, record);
        expect(await under.open().attempt(key)).toBeNull();
        expect(await under.open().note(key)).toBeNull();
        expect(Buffer.from(await under.open().read(record))).toEqual(bytesOf('hat'));
        expect(await under.open().received(key)).toBeNull();
        await claim!.release();
      });

      test('which leave no record without its bytes at any instant', async () => {
        const prompts = Array.from({ length: 40 }, (_, index) => `picture ${index}`);
        const puts = prompts.map((prompt) => store.put(purchaseOf(prompt)));
        const reader = under.open();
        const read = new Map<Key, string>();
        while (read.size < prompts.length) {
          for (const stored of (await reader.stored()).values()) {
            if (stored.kind !== 'record') throw new Error(stored.reason);
            read.set(stored.record.key, String(await reader.read(stored.record)));
          }
        }
        expect(read).toEqual(new Map(prompts.map((it) => [keyOf(it), String(bytesOf(it))])));
        await Promise.all(puts);
      });

      test('and clearing them leaves bytes that the store does not have', async () => {
        await store.noteAttempt(attemptOf('hat'));
        await store.receive(key, bytesOf('hat'));
        await store.clearAttempt(key);
        expect(Buffer.from((await under.open().received(key))!)).toEqual(bytesOf('hat'));
        // Those of another answer, whatever was put just now.
        const { record } = await store.put(purchaseOf('hat'));
        await store.receive(key, bytesOf('cat'));
        await store.clearAttempt(key, record);
        expect(Buffer.from((await under.open().received(key))!)).toEqual(bytesOf('cat'));
      });

      test('and a second answer does not overwrite the first one', async () => {
        await store.receive(key, bytesOf('one'));
        await store.receive(key, bytesOf('two'));
        expect(Buffer.from((await store.received(key))!)).toEqual(bytesOf('two'));
        const { rejected } = await store.list();
        expect(rejected.map(({ bytes }) => bytes)).toEqual([bytesOf('one').length]);
      });
    });

    describe('a record is never replaced', () => {
      test('a second purchase of the same request is stored beside it', async () => {
        const first = await store.put(purchaseOf('hat', { bytes: Buffer.from('one') }));
        const second = await store.put(purchaseOf('hat', { bytes: Buffer.from('two') }));
        expect(second.earlier).toEqual(first.record);
        expect(await store.find(key)).toEqual({ kind: 'record', record: first.record });
        const purchases = await under.open().purchases();
        expect(purchases).toHaveLength(2);
        const bytes = await Promise.all(purchases.map((record) => store.read(record)));
        expect(bytes.map(String).toSorted()).toEqual(['one', 'two']);
      });

      test('by a record of another machine, which is stored unchanged', async () => {
        const foreign = (text: string) => {
          const bytes = Buffer.from(text);
          const foreign = recordOf(purchaseOf('hat', { bytes }));
          const provenance = { ...foreign.provenance, tintype: '0.0.1' };
          return [{ ...foreign, provenance }, bytes] as const;
        };
        await store.adopt(...foreign('one'));
        await store.adopt(...foreign('one'));
        expect(await store.purchases()).toEqual([foreign('one')[0]]);
        await store.adopt(...foreign('two'));
        expect(await store.find(key)).toEqual({ kind: 'record', record: foreign('one')[0] });
        const purchases = await under.open().purchases();
        const bytes = await Promise.all(purchases.map((record) => store.read(record)));
        expect(bytes.map(String).toSorted()).toEqual(['one', 'two']);
      });

      test('nor doubled if a purchase is put again after a crash', async () => {
        await store.put(purchaseOf('hat'));
        expect((await under.open().put(purchaseOf('hat'))).earlier).toBeNull();
        expect(await store.purchases()).toHaveLength(1);
      });

      test('and both records of a merge conflict are kept', async () => {
        const [ours, theirs] = ['one', 'two'].map((text, index) =>
          recordOf(
            purchaseOf('hat', {
              bytes: Buffer.from(text),
              createdAt: new Date(`2026-11-2${index}T12:00:00Z`),
            }),
          ),
        );
        const conflict = `<<<<<<< HEAD\n${formatJson(theirs!)}=======\n${formatJson(ours!)}>>>>>>> theirs\n`;
        await under.plantRecord(key, conflict);
        expect(await store.find(key)).toEqual({ kind: 'record', record: ours, other: theirs });
        expect(await store.purchases()).toHaveLength(2);
        await store.keepBoth(key);
        expect(await under.open().find(key)).toEqual({ kind: 'record', record: ours });
        expect(await under.open().purchases()).toHaveLength(2);
      });
    });

    describe('damage is named', () => {
      test.each([
        ['cut short', (text: string) => text.slice(0, 100)],
        ['empty', () => ''],
        ['of another request', (text: string) => text.replaceAll('hat', 'cat')],
        ['of a later version', (text: string) => text.replace('"version": 1', '"version": 2')],
      ])('and not bought over: a record that is %s', async (_, change) => {
        const { record } = await store.put(purchaseOf('hat'));
        const text = change(formatJson(record));
        await under.plantRecord(key, text);
        const later = under.open();
        expect(await later.find(key)).toMatchObject({ kind: 'damaged' });
        expect((await later.stored()).get(key)).toMatchObject({ kind: 'damaged' });
        expect((await later.list()).records).toMatchObject([{ key, names: [] }]);
        expect((await later.verify()).findings).toContainEqual(
          expect.objectContaining({ severity: 'error', code: 'record-damaged', key }),
        );
        // A process that read the store before the damage may still buy it: the damaged record stays, and nothing is lost.
        const other = purchaseOf('hat', { bytes: Buffer.from('bought again') });
        await expect(later.put(other)).rejects.toMatchObject({ code: 'store-not-writable' });
        expect(await later.find(key)).toMatchObject({ kind: 'damaged' });
        expect(await later.purchases()).toMatchObject([
          { original: { sha256: sha256(other.bytes) } },
        ]);
      });

      test('in bytes: they are missing', async () => {
        const { record } = await store.put(purchaseOf('hat'));
        await under.plantBytes(record, null);
        await expect(store.read(record)).rejects.toMatchObject({ code: 'original-missing' });
        const knows = under.hasBytesElsewhere ? record.original.bytes : null;
        expect(await store.sizeOf(record)).toBe(knows);
        expect(await store.find(key)).toMatchObject({ kind: 'record' });
        const { findings } = await store.verify({ isRemote: true });
        expect(findings).toMatchObject([{ code: 'original-missing', key }]);
      });

      test.each([
        ['others', Buffer.from('others')],
        ['none', Buffer.alloc(0)],
      ])('in bytes: %s', async (_, bytes) => {
        const { record } = await store.put(purchaseOf('hat'));
        await under.plantBytes(record, bytes);
        await expect(store.read(record)).rejects.toMatchObject({ code: 'original-damaged' });
        const knows = under.hasBytesElsewhere ? record.original.bytes : bytes.length;
        expect(await store.sizeOf(record)).toBe(knows);
        const { findings } = await store.verify({ isRemote: true });
        expect(findings).toMatchObject([{ code: 'original-damaged', key }]);
      });
    });

    describe('a key', () => {
      test('is claimed by one process at a time, until that releases it', async () => {
        const first = await store.claim(key, never);
        expect([await first!.isOurs(), await under.open().isClaimed(key)]).toEqual([true, true]);
        expect(await under.open().claim(key, AbortSignal.timeout(200))).toBeNull();
        const waits: number[] = [];
        const second = under.open().claim(key, never, (ms) => waits.push(ms));
        await expect.poll(() => waits.length).toBeGreaterThan(0);
        await first!.release();
        expect(await (await second)!.isOurs()).toBe(true);
        expect(await first!.isOurs()).toBe(false);
        await first!.release();
        expect(await store.isClaimed(key)).toBe(true);
        await (await second)!.release();
        expect(await store.isClaimed(key)).toBe(false);
      });

      test('does not block another key', async () => {
        const claims = await Promise.all(['a', 'b'].map((it) => store.claim(keyOf(it), never)));
        expect(await Promise.all(claims.map((claim) => claim!.isOurs()))).toEqual([true, true]);
        for (const claim of claims) await claim!.release();
      });

      test.each([
        '',
        '..',
        '../outside',
        '/outside',
        'a/../../outside',
        'A'.repeat(64),
        'x'.repeat(63),
      ])('that is not a sha-256 is refused: %j', async (name) => {
        const bad = name as Key;
        await store.put(purchaseOf('hat'));
        const before = await under.outside();
        const { record } = await store.put(purchaseOf('hat'));
        const named = { ...record, original: { ...record.original, sha256: bad as never } };
        const refusals = [
          () => store.find(bad),
          () => store.put(purchaseOf('cat', { key: bad })),
          () => store.keepBoth(bad),
          () => store.accept({ ...record, key: bad, rejected: 'x' }, purchaseOf('hat').info!),
          () => store.read(named),
          () => store.noteAttempt(attemptOf('hat', { key: bad })),
          () => store.attempt(bad),
          () => store.receive(bad, bytesOf('cat')),
          () => store.received(bad),
          () => store.claim(bad, never),
          () => store.isClaimed(bad),
          () => store.confirmPick(bad),
        ];
        for (const refused of refusals)
          await expect(refused(), String(refused)).rejects.toThrow(Error);
        await store.clearAttempt(bad);
        expect(await under.outside()).toEqual(before);
        expect((await store.verify()).findings).toEqual([]);
      });
    });

    describe('the digest', () => {
      test('stays the same while nothing changes, and changes with the store', async () => {
        const pin: InputFile = {
          file: 'https://example.com/a.png',
          sha256: sha256('a'),
          info: { format: 'png', width: 8, height: 8, hasAlpha: false },
        };
        const refusal = {
          version: 1,
          key,
          request: requestOf('hat'),
          reason: 'no',
          requestId: null,
        };
        const changes = [
          () => store.put(purchaseOf('hat')),
          () => store.put(purchaseOf('cat')),
          () => store.pin(pin),
          () => store.refuse({ ...refusal, version: 1, refusedAt: '2026-11-23T12:00:00.000Z' }),
          () => store.confirmPick(key),
          () => under.plantRecord(key, '{'),
        ];
        const sums = [(await store.digest())!.sum];
        for (const change of changes) {
          await change();
          sums.push((await store.digest())!.sum);
          expect((await under.open().digest())!.sum).toBe(sums.at(-1));
        }
        expect(new Set(sums).size).toBe(changes.length + 1);
      });

      test('is null while a process buys', async () => {
        await store.noteAttempt(attemptOf('hat'));
        expect(await store.digest()).toBeNull();
        await store.clearAttempt(key);
        expect(await store.digest()).not.toBeNull();
      });
    });

    describe('removing', () => {
      test.each(['..', '../outside', 'originals/../../outside'])(
        'refuses paths outside the store: %j',
        async (path) => {
          await store.put(purchaseOf('hat'));
          const file = { kind: 'original', path, bytes: 0, record: null } as const;
          await expect(store.remove([file], () => {})).rejects.toThrow(/is not in the store/);
        },
      );

      test('removes records first, and no bytes that another record names', async () => {
        const [hat] = await Promise.all(['hat', 'cat'].map((it) => store.put(purchaseOf(it))));
        const { records, originals } = await store.list();
        const files = [
          ...originals.map((file) => ({ ...file, kind: 'original' as const, record: null })),
          ...records
            .filter((file) => file.key === key)
            .map((file) => ({ ...file, kind: 'record' as const, record: hat!.record })),
        ];
        const removed: string[] = [];
        await store.remove(files, ({ path }) => removed.push(path));
        expect(removed).toEqual([
          ...records.filter((file) => file.key === key).map(({ path }) => path),
          ...records.filter((file) => file.key === key).flatMap(({ names }) => names),
        ]);
        expect([...(await under.open().stored()).keys()]).toEqual([keyOf('cat')]);
        expect((await store.verify()).findings).toEqual([]);
        expect(store.shownPath(removed[0]!)).toContain(key);
      });
    });

    test('the most records that it must handle are read and listed in a minute of one processor', async () => {
      const { many } = under;
      await under.fill(many);
      const before = process.cpuUsage();
      expect((await store.stored()).size).toBe(many);
      expect((await store.list()).records).toHaveLength(many);
      expect(await store.digest()).not.toBeNull();
      expect(await store.find(keyOf(String(many - 1)))).toMatchObject({ kind: 'record' });
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(60);
    }, 600_000);

    describe('processes that share it', () => {
      const children: ChildProcess[] = [];
      afterEach(() => {
        for (const child of children.splice(0)) child.kill('SIGKILL');
      });

      /** Starts a process. `output.text` grows as it prints. */
      function start(task: string, ...args: string[]) {
        const { module, open, place } = under.shared!;
        const program = fileURLToPath(new URL('./support/store-process.ts', import.meta.url));
        const child = spawn(process.execPath, [program, module, open, place, task, ...args]);
        children.push(child);
        const output = { text: '' };
        child.stdout.on('data', (text: Buffer) => (output.text += String(text)));
        child.stderr.on('data', (text: Buffer) => (output.text += String(text)));
        return { child, output, ended: once(child, 'close') };
      }

      async function run(task: string, ...args: string[]): Promise<void> {
        const { child, output, ended } = start(task, ...args);
        await ended;
        expect([child.exitCode, output.text]).toEqual([0, '']);
      }

      test('lose nothing and leave nothing half-written if they are killed at any instant', async (context) => {
        if (under.shared === null) return context.skip();
        const steps = new Map<string, string>();
        for (let kill = 0; kill < kills; kill++) {
          const { child, output, ended } = start('buy', String(kill * 10_000));
          await expect.poll(() => output.text).toMatch(/put [^]*put /);
          await sleep(Math.random() * 60);
          child.kill('SIGKILL');
          await ended;
          for (const [, step, prompt] of output.text.matchAll(/^(\w+) (picture \d+)$/gm))
            steps.set(prompt!, step!);
        }
        const later = under.open();
        await later.clearDead();
        const { findings } = await later.verify();
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
        for (const [prompt, step] of steps) {
          const found = await later.find(keyOf(prompt));
          const attempt = await later.attempt(keyOf(prompt));
          // The last step that was printed is complete. The next one may be complete.
          if (step === 'noted') expect(attempt?.note).toEqual(attemptOf(prompt));
          if (step === 'put' || step === 'cleared') expect(found?.kind).toBe('record');
          if (step === 'cleared') expect(attempt).toBeNull();
          if (step === 'noted') continue;
          const bytes =
            found?.kind === 'record'
              ? await later.read(found.record)
              : await later.received(keyOf(prompt));
          expect(Buffer.from(bytes!)).toEqual(bytesOf(prompt));
        }
        expect((await later.purchases()).length).toBeGreaterThan(kills);
      });

      test('buy a picture once if each claims it first', async (context) => {
        if (under.shared === null) return context.skip();
        await Promise.all(Array.from({ length: 6 }, () => run('buyOnce', 'hat')));
        expect(await store.purchases()).toHaveLength(1);
        expect(await store.isClaimed(key)).toBe(false);
      });

      test('keep all purchases of one request', async (context) => {
        if (under.shared === null) return context.skip();
        const bytes = ['1', '2', '3', '4', '5'];
        await Promise.all(bytes.map((it) => run('put', 'hat', it)));
        const records = await store.purchases();
        const contents = await Promise.all(records.map((record) => store.read(record)));
        expect(contents.map(String).toSorted()).toEqual(bytes);
        expect((await store.stored()).size).toBe(1);
        expect((await store.verify()).findings).toEqual([]);
      });

      test('hold no claim after they have died', async (context) => {
        if (under.shared === null) return context.skip();
        const { child, output, ended } = start('hold', 'hat');
        await expect.poll(() => output.text).toContain('held');
        expect(await store.isClaimed(key)).toBe(true);
        expect(await store.claim(key, AbortSignal.timeout(300))).toBeNull();
        child.kill('SIGKILL');
        await ended;
        expect(await store.isClaimed(key)).toBe(false);
        const claim = await store.claim(key, AbortSignal.timeout(60_000));
        expect(await claim!.isOurs()).toBe(true);
        await claim!.release();
      });
    });
  });
}
