import { expect, test } from 'vitest';
import { checkProject, type TimedEvent } from '../src/index.ts';
import { eventsOf } from './support/api.ts';
import { testProject, type TestProject } from './support/project.ts';

/** Each image has a mistake that its own text shows, and one that only files, other images or the day can show. */
const manifest = `images:
  sharp:
    prompt: x
    decorative: true
    quality: xsharp
    input_images: [gone.png, tintype:shrap]
  egg:
    prompt: x
    decorative: true
    take: 0
    input_images: [tintype:hen]
  hen:
    prompt: x
    decorative: true
    input_images: [tintype:egg]
  old:
    prompt: x
    decorative: true
    model: gpt-image-1
  after-old:
    prompt: x
    decorative: true
    input_images: [tintype:old, tintype:sharp]
    model: gpt-image-1
`;

const mistakes = [
  '5:14 not-allowed',
  '6:20 bad-input',
  '6:30 unknown-image',
  '10:11 out-of-range',
  '15:20 cycle',
  '19:12 model-shut-down',
];

async function check(project: TestProject) {
  const events: TimedEvent[] = [];
  const context = await project.context({}, (event) => events.push(event));
  await checkProject(context);
  return events;
}

function placesOf(events: readonly TimedEvent[]): string[] {
  return eventsOf(events, 'diagnostic').map(
    ({ line, column, code }) => `${line}:${column} ${code}`,
  );
}

test('every mistake is reported in one run, even if an image has several of different kinds', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest });
  expect(placesOf(await check(project))).toEqual(mistakes);
  const { events, error } = await project.generate();
  expect(placesOf(events)).toEqual(mistakes);
  expect(error).toMatchObject({ code: 'manifest' });
});

test('consequences of a mistake are not reported', async () => {
  await using project = await testProject({
    'a.images.yaml': `images:
  three: { prompt: x, decorative: true, number_of_images: three }
  third: { prompt: x, decorative: true, input_images: ["tintype:three@3"] }
  twice: { prompt: x, decorative: true }
`,
    'b.images.yaml': `images:
  twice: { prompt: x, decorative: true, input_images: [tintype:again] }
  again: { prompt: x, decorative: true, input_images: [tintype:twice] }
`,
  });
  expect(placesOf(await check(project))).toEqual(['2:59 wrong-type', '2:3 duplicate-id']);
});
