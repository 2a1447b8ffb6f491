import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { ALL_EVENTS, EVENTS, timed } from '../../test/support/events.ts';
import { FakeOutput } from '../../test/support/fake-shell.ts';
import { plainView } from './plain.ts';

const colors = picocolors.createColors(false);

test('says a line an event, and leaves the counting to the end of the run', () => {
  const stderr = new FakeOutput();
  const view = plainView(stderr, { colors, quiet: false });
  for (const event of ALL_EVENTS) view.report(event);
  expect(stderr.text).toBe(`\
site.images.yaml:3:5  unknown-field  unknown field "prmpt"; did you mean "prompt"?
  2 | hero:
> 3 |   prmpt: x
    |   ^^^^^

site.images.yaml:2  maybe-billed  warning: hero was requested before
planned 4 pictures: 1 stored, 3 to buy for at most $0.1264
generating hero
waiting for hero, which another process has been buying for 4 s
partial picture 1 of hero: /tmp/partial/1.png
generated hero in 12 s for $0.0132
site.images.yaml:22  moderation  cart: refused by the safety system
delivered hero: 6 files, 1.4 MB -> 182 kB, 87% smaller
removed old.webp
shared cache s3://team/cache: 24 entries fetched, 2 encoded because that was faster, 14 uploaded
`);
});

test('quiet says errors only', () => {
  const stderr = new FakeOutput();
  const view = plainView(stderr, { colors, quiet: true });
  for (const event of ALL_EVENTS) view.report(event);
  view.report(timed({ ...EVENTS.diagnostic, severity: 'warning' }));
  expect(stderr.text.match(/unknown-field|moderation|maybe-billed|hero in/g)).toEqual([
    'unknown-field',
    'moderation',
  ]);
});

test('a failure that may have been billed says so', () => {
  const stderr = new FakeOutput();
  const view = plainView(stderr, { colors, quiet: false });
  view.report(
    timed({ ...EVENTS.failed, code: 'timeout', message: 'no answer', maybeBilled: true }),
  );
  expect(stderr.text).toBe(
    'site.images.yaml:22  timeout  cart: no answer (it may have been billed)\n',
  );
});

test('what fails for a reason that was given is counted, and not said again', () => {
  const stderr = new FakeOutput();
  const view = plainView(stderr, { colors, quiet: true });
  const following = timed({ ...EVENTS.failed, isFollowing: true });
  for (const event of [timed(EVENTS.failed), following, following, timed(EVENTS.done)])
    view.report(event);
  expect(stderr.text).toBe(
    'site.images.yaml:22  moderation  cart: refused by the safety system\n' +
      '2 more images were not requested, for the reason given above\n',
  );
});

test('text of an API cannot fake a line or move the cursor', () => {
  const stderr = new FakeOutput();
  const view = plainView(stderr, { colors, quiet: false });
  view.report(timed({ ...EVENTS.failed, message: 'no\n\x1b[1Atintype: all is well' }));
  expect(stderr.text).toBe('site.images.yaml:22  moderation  cart: no tintype: all is well\n');
});

test('each candidate of an image has its number', () => {
  const stderr = new FakeOutput();
  const view = plainView(stderr, { colors, quiet: false });
  for (const event of [EVENTS.generating, EVENTS.generated, EVENTS.failed])
    view.report(timed({ ...event, candidate: 2, candidates: 4 }));
  expect(stderr.text).toMatch(
    /^generating hero 2 of 4\ngenerated hero 2 of 4 in .*\n.* cart 2 of 4: refused/,
  );
});
