import { expect, test } from 'vitest';
import { readShard, shardName } from './shard.ts';

test('a shard is read from the flag, otherwise from the environment', () => {
  expect(readShard('2/5', { TINTYPE_SHARD: '3/5' })).toEqual({ index: 2, count: 5 });
  expect(readShard(undefined, { TINTYPE_SHARD: '3/5' })).toEqual({ index: 3, count: 5 });
  expect(readShard(undefined, { TINTYPE_SHARD: '' })).toBeNull();
  expect(readShard(undefined, {})).toBeNull();
  expect(shardName({ index: 2, count: 5 })).toBe('shard 2/5');
});

test.each([
  '0/3',
  '4/3',
  'x',
  '',
  '1',
  '1/',
  '/3',
  '1/0',
  '-1/3',
  '1.5/3',
  '1/3/5',
  '1/10000',
  ' 1/3',
  '1e1/20',
  '１/３',
])('a text that is not a shard is refused: %j', (text) => {
  expect(() => readShard(text, {})).toThrow(
    '--shard must be the number of a shard and how many there are',
  );
  if (text !== '')
    expect(() => readShard(undefined, { TINTYPE_SHARD: text })).toThrow(
      'TINTYPE_SHARD must be the number of a shard',
    );
});
