import type { Event } from '@tintype/core';
import { expect, test } from 'vitest';
import { ALL_EVENTS, EVENTS, timed } from '../../test/support/events.ts';
import { FakeOutput } from '../../test/support/fake-shell.ts';
import { jsonView } from './json.ts';

test('prints one contract event a line, with its time, and nothing else', () => {
  const [stdout, stderr] = [new FakeOutput(), new FakeOutput()];
  const view = jsonView(stdout, stderr);
  for (const event of ALL_EVENTS) view.report(event);
  view.notice('Interrupted');
  view.close(new Error('boom'));

  const lines = stdout.text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as Event)).toEqual(
    ALL_EVENTS.filter(({ type }) => !/^(delivered|waiting|waited)$/.test(type)).map((event) => {
      const { deliveries: _, toBuy: __, ...rest } = { deliveries: 0, toBuy: 0, ...event };
      return rest;
    }),
  );
  expect(stderr.text).toBe('Interrupted\n');
});

test('a hostile message stays in its line and is harmless to look at', () => {
  const stdout = new FakeOutput();
  const message = 'a\n{"type":"done"}\x9b2J\u202e';
  jsonView(stdout, new FakeOutput()).report(timed({ ...EVENTS.failed, message }));
  expect(stdout.text.split('\n')).toHaveLength(2);
  expect(stdout.text).not.toMatch(/[\x7f-\x9f\u202e]/);
  expect((JSON.parse(stdout.text) as { message: string }).message).toBe(message);
});
