import * as v from 'valibot';
import { TintypeError } from '../errors.ts';
import type { Event } from '../events.ts';
import { chromas, formats, limits } from '../fields.ts';
import { requestKey } from '../plan/request-key.ts';
import { inputFile, requestSchema } from '../request-shape.ts';
import { checkShape, count, key, line, orderId, pixels, time, usd } from '../schema.ts';
import type { Request } from '../types.ts';
import type { Call, EncodeOrder, Failure, PurchaseAnswer, PurchaseOrder } from '../workers.ts';

/*
 * The shapes of orders. A queue's database may be written by others, so an order is checked like everything that comes from
 * outside.
 */

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

const input = v.variant('kind', [
  v.object({ kind: v.literal('file'), file: inputFile }),
  v.object({ kind: v.literal('stored'), key }),
]);

const pictureName = {
  id: line(1000),
  candidate: v.optional(count()),
  candidates: v.optional(count()),
};

const purchaseOrder = v.object({
  id: line(1000),
  name: v.object(pictureName),
  manifest: line(4096),
  line: count(),
  provider: line(100),
  costUsd: v.nullable(v.object({ low: usd, high: usd })),
  key,
  request: requestSchema,
  call: v.object({
    moderation: v.picklist(['auto', 'low']),
    userId: v.nullable(line(1000)),
    apiKeyName: v.nullable(line(200)),
    partialImages: v.exactOptional(count(limits.partialImages)),
  }),
  isPicked: v.boolean(),
  order: orderId,
  isOrderNamed: v.boolean(),
  earlier: v.nullable(
    v.object({
      order: v.union([v.literal(''), orderId]),
      startedAt: time,
    } satisfies Record<keyof Call, v.GenericSchema>),
  ),
  inputs: v.pipe(v.array(input), v.maxLength(100)),
  overlay: v.nullable(input),
} satisfies Record<keyof PurchaseOrder, v.GenericSchema>);

/** An order whose key is the hash of its request. Throws `job-refused`. */
export function readPurchaseOrder(data: unknown): PurchaseOrder {
  const parsed = checkShape(purchaseOrder, data);
  if (parsed.kind === 'damaged') throw refused(`the job ${parsed.problem}`);
  // Its hash shows that it is a request, as far as its members go.
  const order = parsed.value as unknown as PurchaseOrder;
  if (requestKey(order.request) !== order.key) throw refused('its key is not that of its request');
  if (order.request.provider !== order.provider)
    throw refused('its request names another provider');
  // A worker that ignored a field would keep another picture under the key.
  const unknown = Object.keys(order.request).find(
    (name) => !Object.hasOwn(requestSchema.entries, name),
  );
  if (unknown !== undefined)
    throw refused(`this worker does not know "${unknown}" of its request; upgrade the worker`);
  return order;
}

const encodeOrder = v.object({
  key,
  specs: v.pipe(
    v.array(
      v.object({
        file: line(4096),
        format: v.picklist(formats),
        compression: count(100),
        recolors: v.exactOptional(v.literal(true)),
        lossless: v.exactOptional(v.literal(true)),
        chroma: v.exactOptional(v.picklist(chromas)),
        effort: v.exactOptional(count(limits.effort)),
        isStill: v.exactOptional(v.literal(true)),
        width: pixels,
        height: pixels,
        crop: v.nullable(
          v.union([
            v.object({
              width: pixels,
              height: pixels,
              position: v.union([line(100), v.tuple([percent, percent])]),
            }),
            v.object({ left: count(), top: count(), width: pixels, height: pixels }),
          ]),
        ),
      } satisfies Record<keyof EncodeOrder['specs'][number], v.GenericSchema>),
    ),
    v.maxLength(1000),
  ),
  placeholder: v.picklist(['blur', 'color', 'none']),
  isThorough: v.exactOptional(v.literal(true)),
} satisfies Record<keyof EncodeOrder, v.GenericSchema>);

/** Throws `job-refused`. */
export function readEncodeOrder(data: unknown): EncodeOrder {
  const parsed = checkShape(encodeOrder, data);
  if (parsed.kind === 'damaged') throw refused(`the job ${parsed.problem}`);
  return parsed.value;
}

const shown = v.pipe(
  v.string(),
  v.maxLength(20_000),
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  v.transform((text) => text.replace(/[\0-\x1f\x7f-\x9f]+/g, ' ')),
);
const keyed = { key: v.string(), ...pictureName };

const workerEvent = v.variant('type', [
  v.object({ type: v.literal('generating'), ...keyed }),
  v.object({ type: v.literal('waiting'), ms: count(), ...keyed }),
  v.object({ type: v.literal('waited'), ms: count(), ...keyed }),
  v.object({ type: v.literal('generated'), costUsd: v.nullable(usd), ms: v.number(), ...keyed }),
  v.object({
    type: v.literal('warning'),
    code: line(100),
    message: shown,
    manifest: v.optional(line(4096)),
    line: v.optional(count()),
  }),
]);

const purchaseAnswer = v.object({
  failure: v.nullable(
    v.object({
      kind: v.picklist(['provider', 'paid-for', 'not-asked', 'other']),
      code: line(100),
      message: shown,
      requestId: v.nullable(line(1000)),
      isBilledAnyway: v.boolean(),
    } satisfies Record<keyof Failure, v.GenericSchema>),
  ),
  bought: count(1),
  costUsd: v.nullable(usd),
  maybeBilledUsd: v.nullable(usd),
  events: v.pipe(v.array(v.unknown()), v.maxLength(1000)),
  onlyHere: v.optional(line(10_000)),
} satisfies Record<keyof PurchaseAnswer, v.GenericSchema>);

/** What a worker answered; `null`: it is no answer. Events that a purchase does not report are left out. */
export function readPurchaseAnswer(data: unknown): PurchaseAnswer | null {
  const parsed = checkShape(purchaseAnswer, data);
  if (parsed.kind === 'damaged') return null;
  const { onlyHere, ...answer } = parsed.value;
  return {
    ...answer,
    events: answer.events.flatMap((event) => readWorkerEvent(event) ?? []),
    ...(onlyHere !== undefined && { onlyHere }),
  };
}

/** `null`: a purchase reports no such event. */
export function readWorkerEvent(data: unknown): Event | null {
  const parsed = checkShape(workerEvent, data);
  return parsed.kind === 'damaged' ? null : (parsed.value as Event);
}

/** Whether the pictures of an order are those that its request names. Throws `job-refused`. */
export function checkInputs(
  { input_images = [], mask, markup }: Request,
  inputs: readonly string[],
  overlayHash: string | null,
): void {
  const isSame =
    input_images.length === inputs.length && input_images.every((hash, at) => hash === inputs[at]);
  if (!isSame || (mask ?? markup ?? null) !== overlayHash)
    throw refused('its pictures are not those of its request');
}

function refused(why: string): TintypeError {
  return new TintypeError('job-refused', `not requested: ${why}`);
}
