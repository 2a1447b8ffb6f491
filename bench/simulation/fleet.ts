import { batchPriceFactors } from '../../packages/core/src/index.ts';
import { estimateCost } from '../../packages/core/src/plan/estimate-cost.ts';
import { modelTable } from '../../packages/core/src/plan/models.ts';
import type { FailureCode } from '../../packages/core/src/provider/provider.ts';
import { openAi } from '../../packages/core/src/provider/openai/openai.ts';
import { decideRetry, policies } from '../../packages/core/src/provider/retry.ts';
import { batchGroups } from '../../packages/core/src/purchase/batch-groups.ts';
import type { BatchState } from '../../packages/core/src/purchase/collect-batches.ts';
import {
  newRate,
  rateAfterRefusal,
  rateAfterSending,
  waitMs,
} from '../../packages/core/src/purchase/rate-limit.ts';
import type { Request, ResolvedRequest } from '../../packages/core/src/types.ts';
import { seeded } from '../../packages/core/test/robustness/takeovers.ts';
import { openCalendar } from './calendar.ts';

export interface FleetOptions {
  readonly pictures: number;
  /** How many of a hundred pictures go in batches. */
  readonly batchPercent: number;
  readonly buyers: number;
  /** Purchases that a buying worker does at once. */
  readonly purchasesEach: number;
  readonly encoders: number;
  readonly coresEach: number;
  /** Processor time of a picture's whole set. */
  readonly encodeMs: number;
  /** The account's limit of pictures a minute, for direct requests. */
  readonly perMinute: number;
  /** Lines that the account may have in open batches. */
  readonly enqueuedLines: number;
  /** How often a run orders what had no room, or expired. */
  readonly orderHours: number;
  readonly seed: number;
}

export interface FleetResult {
  /** Simulated milliseconds from the start to the last picture of each kind. */
  readonly directMs: number;
  readonly batchMs: number;
  readonly encodedMs: number;
  readonly directUsd: number;
  readonly batchUsd: number;
  /** By high estimates. */
  readonly maybeBilledUsd: number;
  readonly failed: number;
  readonly requests: number;
  readonly batches: number;
  readonly refusedBatches: number;
  /** The part of their time in which buying workers had a request open. */
  readonly buyerShare: number;
  readonly encoderShare: number;
  readonly mostWaitingToEncode: number;
  readonly mostInAMinute: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * Of a direct request. Latencies and failures are assumptions: OpenAI publishes none. A medium picture takes about 30 s
 * (`openai-images` guides, 2026-11), and a request in a hundred fails.
 */
const medianMs = 30_000;
const faults: readonly (readonly [number, FailureCode])[] = [
  [0.005, 'rate-limited'],
  [0.008, 'overloaded'],
  [0.01, 'server-error'],
  [0.0105, 'connection-lost'],
  [0.0135, 'moderation'],
];
/** Of a batch: the API promises a day. Some lines are refused, and some expire, both free. */
const medianBatchMs = 3 * hourMs;
const dayMs = 24 * hourMs;
const refusedLines = 0.003;
const expiredLines = 0.001;

interface Direct {
  readonly codes: FailureCode[];
  firstFailedAt: number;
}

/** What a run is told of a batch that the account had no room for. */
function refusedBatch(requests: readonly ResolvedRequest[]): BatchState {
  const batch = { provider: 'openai', lines: requests };
  return { batch, look: { state: 'refused', isForLater: true } } as unknown as BatchState;
}

/** A run, its workers, and the API, in simulated time. What may leave, what is repeated, the batches and the prices are the product's. */
export function simulateFleet(options: FleetOptions): FleetResult {
  const { now, after, run } = openCalendar();
  const random = seeded(options.seed);
  const request: Request = {
    model: 'gpt-image-2',
    prompt: 'Product 123456 on a white table, in soft light',
    quality: 'medium',
    size: '1024x1024',
  } as Request;
  const { high: usd } = estimateCost(modelTable['gpt-image-2']!, request, [])!;
  const batchUsdEach = usd * batchPriceFactors['openai']!;

  const toBatch = Math.round((options.pictures * options.batchPercent) / 100);
  let directLeft = options.pictures - toBatch;
  let rate = newRate(options.perMinute);
  let [inFlight, isWaking] = [0, false];
  let [directMs, batchMs, encodedMs] = [0, 0, 0];
  let [directUsd, batchUsd, maybeBilledUsd] = [0, 0, 0];
  let [failed, requests, batches, refusedBatches] = [0, 0, 0, 0];
  let [busyMs, encodingMs] = [0, 0];
  let [toEncode, encoding, mostWaitingToEncode, mostInAMinute] = [0, 0, 0, 0];
  /** Lines in open batches, and lines that are to be ordered again. */
  let [enqueued, noLonger] = [0, 0];
  const provider = openAi();
  /** Failed requests whose wait is over. They keep their places. */
  const again: Direct[] = [];

  send();
  order(toBatch, []);
  run();
  const wholeMs = Math.max(directMs, batchMs, encodedMs);
  return {
    directMs,
    batchMs,
    encodedMs,
    directUsd,
    batchUsd,
    maybeBilledUsd,
    failed,
    requests,
    batches,
    refusedBatches,
    buyerShare: busyMs / (options.buyers * options.purchasesEach * Math.max(1, directMs)),
    encoderShare: encodingMs / (options.encoders * options.coresEach * wholeMs),
    mostWaitingToEncode,
    mostInAMinute,
  };

  /** Sends what the workers have places for and the account allows. */
  function send(): void {
    for (;;) {
      const hasPlace = inFlight < options.buyers * options.purchasesEach;
      if (again.length === 0 && (directLeft === 0 || !hasPlace)) return;
      const wait = waitMs(rate, 1, now());
      if (wait > 0) {
        if (!isWaking) after(wait, wake);
        isWaking = true;
        return;
      }
      rate = rateAfterSending(rate, 1, now());
      mostInAMinute = Math.max(mostInAMinute, rate.sent.length);
      let direct = again.pop();
      if (direct === undefined) {
        direct = { codes: [], firstFailedAt: 0 };
        directLeft--;
        inFlight++;
      }
      requests++;
      const code = drawn(faults);
      const isQuick = code === 'rate-limited' || code === 'overloaded' || code === 'moderation';
      const ms = isQuick ? 500 : medianMs * spread();
      busyMs += ms;
      after(ms, () => (code === null ? received() : refused(direct, code)));
    }
  }

  function wake(): void {
    isWaking = false;
    send();
  }

  function received(): void {
    directUsd += usd;
    leave();
    encode(1);
  }

  function refused(direct: Direct, code: FailureCode): void {
    if (direct.codes.length === 0) direct.firstFailedAt = now();
    direct.codes.push(code);
    const retryAfterMs = code === 'rate-limited' ? 10_000 : null;
    const elapsedMs = now() - direct.firstFailedAt;
    const decision = decideRetry({ codes: direct.codes, retryAfterMs, elapsedMs }, random());
    if (decision.kind === 'retry') {
      if (policies[code].slowsRun) rate = rateAfterRefusal(rate, null, decision.afterMs, now());
      after(decision.afterMs, () => {
        again.push(direct);
        send();
      });
      return;
    }
    failed++;
    if (direct.codes.some((each) => policies[each].billed !== 'no')) maybeBilledUsd += usd;
    leave();
  }

  function leave(): void {
    directMs = now();
    inFlight--;
    send();
  }

  /** Orders lines in batches. The next run orders what had no room or expired. `refused`: the batches that had no room. */
  function order(lines: number, refused: readonly BatchState[]): void {
    const line = { provider: 'openai', request } as ResolvedRequest;
    const all = Array.from({ length: lines }, () => line);
    const noRoom: BatchState[] = [];
    for (const { requests: group } of batchGroups(all, refused, () => provider)) {
      batches++;
      if (enqueued + group.length > options.enqueuedLines) {
        refusedBatches++;
        noLonger += group.length;
        noRoom.push(refusedBatch(group));
        continue;
      }
      enqueued += group.length;
      after(Math.min(dayMs, medianBatchMs * spread()), () => collected(group.length));
    }
    if (enqueued > 0 || noLonger > 0) after(options.orderHours * hourMs, () => orderAgain(noRoom));
  }

  function orderAgain(noRoom: readonly BatchState[]): void {
    const lines = noLonger;
    noLonger = 0;
    order(lines, noRoom);
  }

  function collected(lines: number): void {
    enqueued -= lines;
    const isRefused = Math.round(lines * refusedLines);
    const isExpired = Math.round(lines * expiredLines);
    failed += isRefused;
    noLonger += isExpired;
    const made = lines - isRefused - isExpired;
    batchUsd += made * batchUsdEach;
    batchMs = now();
    encode(made);
  }

  function encode(count: number): void {
    toEncode += count;
    mostWaitingToEncode = Math.max(mostWaitingToEncode, toEncode);
    while (toEncode > 0 && encoding < options.encoders * options.coresEach) {
      toEncode--;
      encoding++;
      const ms = options.encodeMs * (0.5 + random());
      encodingMs += ms;
      after(ms, () => {
        encoding--;
        encodedMs = now();
        encode(0);
      });
    }
  }

  function drawn(table: typeof faults): FailureCode | null {
    const number = random();
    return table.find(([upTo]) => number < upTo)?.[1] ?? null;
  }

  /** A factor with the median 1: half of all are between 0.67 and 1.5, one in a hundred is above 4. */
  function spread(): number {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.exp(0.6 * normal);
  }
}
