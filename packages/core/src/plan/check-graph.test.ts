import { expect, test } from 'vitest';
import { expandText } from '../../test/support/expand-text.ts';
import { upstreamFirst, withUpstream } from './check-graph.ts';
import { emptyProject } from '../../test/support/empty-project.ts';
import { planJobs } from './plan-jobs.ts';

/** A chain of images, each of which has the next one in the file as its input. */
function chain(length: number): string {
  const entries = Array.from({ length }, (_, index) => {
    const input = index === length - 1 ? '' : `, input_images: ["tintype:i-${index + 1}"]`;
    return `  i-${index}: { prompt: x${index}, decorative: true, quality: low${input} }`;
  });
  return `images:\n${entries.join('\n')}\n`;
}

test('a chain of 8,000 images is checked and planned, each after its input', () => {
  const { jobs, diagnostics } = expandText(chain(8000));
  expect(diagnostics).toEqual([]);
  expect(upstreamFirst(jobs).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id).toReversed());
  expect(withUpstream(jobs, ['i-7998']).map(({ id }) => id)).toEqual(['i-7998', 'i-7999']);
  const { totals } = planJobs(jobs, emptyProject);
  expect(totals).toMatchObject({ missing: 1, blocked: 7999 });
}, 60_000);

test('each loop is reported once, at the reference that closes it', () => {
  const { diagnostics } = expandText(
    'images:\n' +
      '  a: { prompt: x, decorative: true, input_images: ["tintype:b"] }\n' +
      '  b: { prompt: x, decorative: true, input_images: ["tintype:c"] }\n' +
      '  c: { prompt: x, decorative: true, input_images: ["tintype:b", "tintype:c"] }\n',
  );
  expect(diagnostics.map(({ code, line, message }) => [code, line, message])).toEqual([
    ['cycle', 4, 'these images are made from each other: b → c → b; remove one of the references'],
    ['cycle', 4, 'these images are made from each other: c → c; remove one of the references'],
  ]);
});
