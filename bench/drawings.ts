/**
 * Cleans drawings that are put together at random from what is hostile in SVG, and shows them in Chromium, as they were and
 * cleaned: how many ran a script, and how many requested something. Prints a Markdown table:
 *
 *     node -C tintype-source bench/drawings.ts [--rounds 10000] [--first 1]
 */
import { cleanSvg } from '../packages/core/src/image/svg/clean-svg.ts';
import { launchBrowser } from '../packages/core/test/support/browser.ts';
import { randomSvg } from '../packages/core/test/support/random-svg.ts';
import { showDrawings } from '../packages/core/test/support/show-drawings.ts';
import { numberFlags } from './support/flags.ts';

const { rounds, first } = numberFlags({ rounds: 10_000, first: 1 });
const onAPage = 100;

const counts = {
  refused: 0,
  cleaned: 0,
  lost: 0,
  before: { hits: 0, hung: 0 },
  after: { hits: 0, requests: 0 },
};
const browser = await launchBrowser();
for (let seed = first; seed < first + rounds; seed += onAPage) {
  const seeds = Array.from(
    { length: Math.min(onAPage, first + rounds - seed) },
    (_, at) => seed + at,
  );
  const drawings = seeds.map(randomSvg);
  const cleaned = (await Promise.all(drawings.map((svg, at) => clean(svg, seeds[at]!)))).filter(
    (svg) => svg !== null,
  );
  counts.refused += drawings.length - cleaned.length;
  counts.cleaned += cleaned.length;
  // Frames in it may keep such a page from ever being loaded.
  const before = await showDrawings(browser, drawings).catch(() => null);
  const after = await showDrawings(browser, cleaned);
  counts.before.hits += before === null ? 0 : before.hits.length;
  counts.before.hung += before === null ? 1 : 0;
  counts.after.hits += after.hits.length;
  counts.after.requests += after.requests.length;
  counts.lost += cleaned.length - after.found;
  if (after.hits.length + after.requests.length > 0 || after.found !== cleaned.length) {
    console.error(`seeds ${seed} to ${seed + onAPage - 1}: ${JSON.stringify(after)}`);
  }
}
await browser.close();

console.log(`| drawings | refused | cleaned | of ${rounds / onAPage} pages: a script ran, or it hung, as they were | a script ran, cleaned | requests, cleaned | drawings that broke out of their place |
| --: | --: | --: | --: | --: | --: | --: |
| ${rounds} | ${counts.refused} | ${counts.cleaned} | ${counts.before.hits + counts.before.hung} | ${counts.after.hits} | ${counts.after.requests} | ${counts.lost} |`);

/** `null`: it is refused. */
function clean(svg: string, seed: number): Promise<string | null> {
  return cleanSvg(Buffer.from(svg), { idPrefix: `t${seed}` }).catch(() => null);
}
