import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { randomTurns, type TurnLane } from './random-turns.ts';

/** Admits 30 pictures, and returns their order. */
async function orderOf(slots: number, laneOf: (picture: number) => TurnLane = () => 'in-turn') {
  const turns = randomTurns(slots);
  const begun: number[] = [];
  for (let at = 0; at < 30; at++) void turns.enter(laneOf(at)).then(() => begun.push(at));
  const sizes: number[] = [];
  do {
    await setImmediate();
    await setImmediate();
    sizes.push(begun.length);
    turns.leave();
  } while (begun.length < 30);
  return { begun, sizes };
}

test('as many pictures have their turn at once as there are slots, each once', async () => {
  const { begun, sizes } = await orderOf(4);
  expect(sizes.slice(0, 3)).toEqual([4, 5, 6]);
  expect(begun.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, at) => at));
});

test('two machines have different orders', async () => {
  const [one, other] = await Promise.all([orderOf(1), orderOf(1)]);
  expect(one.begun).not.toEqual(other.begun);
});

test('pictures that are waited for come first, and postponed ones come last', async () => {
  const laneOf = (picture: number) =>
    picture % 3 === 0 ? 'later' : picture % 3 === 1 ? 'in-turn' : 'waited-for';
  const { begun } = await orderOf(1, laneOf);
  expect(begun.map(laneOf)).toEqual(
    ['waited-for', 'in-turn', 'later'].flatMap((lane) => Array<string>(10).fill(lane)),
  );
  expect(begun.slice(0, 3)).toEqual([2, 5, 8]);
});

test('all waiting pictures can be admitted', async () => {
  const turns = randomTurns(1);
  const entered = Array.from({ length: 30 }, async () => turns.enter('in-turn'));
  turns.admitAll();
  expect(await Promise.all(entered)).toHaveLength(30);
});
