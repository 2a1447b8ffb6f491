import { batchEndpoints, moveTo, newBatch, viewOf, isOpen, type Batch } from './batch.ts';
import type { BatchEndpoint } from './batch.ts';
import type { BatchControl, EmulatedBatch } from './batch-control.ts';
import type { EmulatorState } from './emulator-state.ts';
import { expire, fail, finish, inTurn, settle, validate, work } from './run-batch.ts';

/** The methods with which tests move batches. A reset changes the state that `current` returns. */
export function controlBatches(current: () => EmulatorState): BatchControl {
  return {
    get all() {
      return current().batches.map(viewOf);
    },
    get(id) {
      return viewOf(find(current(), id));
    },
    validate: (id) => step(id, validate),
    work: (id, lines = Infinity) => step(id, (state, batch) => work(state, batch, lines)),
    finish: (id) => step(id, finish),
    async finishAll() {
      const state = current();
      for (const batch of state.batches.filter(isOwn))
        await inTurn(batch, () => finish(state, batch));
    },
    expire: (id, { done = 0 } = {}) => step(id, (state, batch) => expire(state, batch, done)),
    fail: (id, errors) => step(id, (state, batch) => fail(state, batch, errors)),
    plant({ status = 'completed', metadata = null, endpoint = '/v1/images/generations' } = {}) {
      const state = current();
      if (!Object.hasOwn(batchEndpoints, endpoint)) throw new Error(`No endpoint ${endpoint}.`);
      const order = {
        endpoint: endpoint as BatchEndpoint,
        inputFileId: 'file-planted',
        metadata,
        outputExpiresAfterMs: null,
      };
      const batch = newBatch(order, state.clock.now(), null, true);
      if (status !== 'validating') moveTo(batch, status, state.clock.now());
      state.batches.push(batch);
      return viewOf(batch);
    },
  };

  async function step(
    id: string,
    move: (state: EmulatorState, batch: Batch) => void | Promise<void>,
  ): Promise<EmulatedBatch> {
    const state = current();
    const batch = find(state, id);
    await inTurn(batch, () => move(state, batch));
    return viewOf(batch);
  }
}

/** Does everything that is due by the clock, in the order of creation. */
export async function settleAll(state: EmulatorState): Promise<void> {
  for (const batch of state.batches.filter(isOwn)) await inTurn(batch, () => settle(state, batch));
}

function isOwn(batch: Batch): boolean {
  return !batch.planted && isOpen(batch);
}

function find({ batches }: EmulatorState, id: string): Batch {
  const batch = batches.find((candidate) => candidate.id === id);
  if (!batch) throw new Error(`There is no batch ${id}.`);
  return batch;
}
