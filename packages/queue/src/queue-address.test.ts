import { TintypeError } from '@tintype/core';
import { expect, test } from 'vitest';
import { queueAddress } from './queue-address.ts';

const secret = 'planted-secret-5093';

test('the client does not get the name of the queue', () => {
  expect(queueAddress(`redis://:${secret}@db.example:6380/2?name=shop`)).toEqual({
    engine: 'redis',
    url: `redis://:${secret}@db.example:6380/2`,
    name: 'shop',
    shown: 'redis://db.example:6380/2',
  });
});

test.each([
  ['redis://localhost', 'redis', 'redis://localhost'],
  ['rediss://localhost:6379', 'redis', 'rediss://localhost:6379'],
  ['postgres://me@localhost/pictures', 'postgres', 'postgres://me@localhost/pictures'],
  ['postgresql://localhost/pictures', 'postgres', 'postgresql://localhost/pictures'],
])('%s is the queue "tintype"', (text, engine, url) => {
  expect(queueAddress(text)).toMatchObject({ engine, url, name: 'tintype' });
});

test('options of the client of PostgreSQL reach it, and no message', () => {
  const text = `postgres://me:${secret}@db/pictures?sslmode=require&name=a-1&password=${secret}`;
  expect(queueAddress(text)).toEqual({
    engine: 'postgres',
    url: `postgres://me:${secret}@db/pictures?sslmode=require&password=${secret}`,
    name: 'a-1',
    shown: 'postgres://db/pictures',
  });
});

test.each([
  ['no URL', secret],
  ['another protocol', `mysql://me:${secret}@localhost`],
  ['no host', `redis:///${secret}`],
  ['a password with a slash that is not escaped', `redis://me:${secret}/x@localhost`],
  ['a name with a capital', `redis://:${secret}@localhost?name=Shop`],
  ['an empty name', `redis://:${secret}@localhost?name=`],
  ['a long name', `redis://:${secret}@localhost?name=${'a'.repeat(41)}`],
  ['two names', `redis://:${secret}@localhost?name=a&name=b`],
  ['a misspelt name', `redis://:${secret}@localhost?nmae=shop`],
  ['the path of another engine', `redis://:${secret}@localhost/pictures`],
])('%s is refused, and no password is shown', (_, text) => {
  expect(() => queueAddress(text)).toThrow(TintypeError);
  expect(() => queueAddress(text)).toThrow(
    expect.objectContaining({ code: 'config', message: expect.not.stringContaining(secret) }),
  );
});
