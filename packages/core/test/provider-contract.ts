import { inspect } from 'node:util';

import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { FailureCode, Provider } from '../src/provider/provider.ts';
import type { Request } from '../src/types.ts';
import { expectSecretFree, failureOf } from './support/failure-of.ts';
import { orderOf } from './support/order.ts';

/** How an API can fail a call. */
export type Trouble =
  | 'rate-limited'
  | 'bad-api-key'
  | 'moderation'
  | 'no-credit'
  | 'busy'
  | 'reset'
  | 'silence'
  | 'no-picture';

/** A provider that talks to an emulator of its API, on a loopback server of its own. */
export interface ProviderUnderTest {
  readonly provider: Provider;
  /** The fields that decide which model is asked. */
  readonly request: Partial<Request>;
  /** Must be in a header of each call, and nowhere else. */
  readonly key: string;
  /** Whether the key comes with the order. Otherwise the provider has it. */
  readonly takesKey: boolean;
  /** Makes the next call fail in this way. `rate-limited` asks to wait 7 s. */
  readonly fail: (trouble: Trouble) => void;
  /** The number of calls that request a picture, paid for or not. */
  readonly calls: () => number;
  /** The number of pictures that were paid for. */
  readonly billed: () => number;
  readonly close: () => Promise<void>;
}

/** Tests what every paid provider must do. `setUp` runs before each test. */
export function providerContract(name: string, setUp: () => Promise<ProviderUnderTest>): void {
  describe(`${name} keeps the contract of providers`, () => {
    let under: ProviderUnderTest;
    beforeEach(async () => {
      under = await setUp();
    });
    afterEach(() => under.close());

    // The default of the config. The time that is left for fetching a picture is not a whole number.
    const order = (timeoutMs = 600_000) =>
      orderOf(under.request, { apiKey: under.takesKey ? under.key : null, timeoutMs });

    test('it is paid, and refuses no field of a plain request', () => {
      const { provider } = under;
      expect(provider.apiKeyName === null).toBe(!under.takesKey);
      expect(provider.refuse(order().request)).toBeNull();
      expect(under.calls()).toBe(0);
    });

    test('one call, billed once, gives a PNG of the requested size', async () => {
      const wide = orderOf(
        { ...under.request, size: '1536x1024' },
        { apiKey: under.takesKey ? under.key : null, timeoutMs: 600_000 },
      );
      const picture = await under.provider.generate(wide);
      const { data, info } = await sharp(picture.bytes).raw().toBuffer({ resolveWithObject: true });
      expect((await sharp(picture.bytes).metadata()).format).toBe('png');
      expect([info.width, info.height]).toEqual([1536, 1024]);
      expect(data.length).toBe(1536 * 1024 * info.channels);
      expect(picture.warnings).toEqual([]);
      expect([under.calls(), under.billed()]).toEqual([1, 1]);
      expect(inspect(picture, { depth: 10 })).not.toContain(under.key);
    });

    test('calls at the same time do not affect each other', async () => {
      const pictures = await Promise.all([1, 2, 3].map(() => under.provider.generate(order())));
      expect(new Set(pictures.map(({ bytes }) => Buffer.from(bytes).toString('base64'))).size).toBe(
        3,
      );
      expect([under.calls(), under.billed()]).toEqual([3, 3]);
    });

    test.each<[Trouble, FailureCode, billed: 'no' | 'yes']>([
      ['rate-limited', 'rate-limited', 'no'],
      ['bad-api-key', 'bad-api-key', 'no'],
      ['moderation', 'moderation', 'no'],
      ['no-credit', 'quota', 'no'],
      ['busy', 'overloaded', 'no'],
      ['reset', 'connection-lost', 'yes'],
      ['silence', 'timeout', 'yes'],
      ['no-picture', 'bad-reply', 'yes'],
    ])('%s: %s, without another try, and without the key', async (trouble, code, billed) => {
      under.fail(trouble);
      const error = await failureOf(
        under.provider.generate(order(trouble === 'silence' ? 700 : 600_000)),
      );
      expect(error.code).toBe(code);
      expect(error.retryAfterMs).toBe(trouble === 'rate-limited' ? 7000 : null);
      expect([under.calls(), under.billed()]).toEqual([1, billed === 'yes' ? 1 : 0]);
      expectSecretFree(error, [under.key]);
    });

    test('without a server: not-connected', async () => {
      await under.close();
      const error = await failureOf(under.provider.generate(order()));
      expect(error.code).toBe('not-connected');
      expectSecretFree(error, [under.key]);
    });
  });
}
