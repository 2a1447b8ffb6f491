import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { filesBelow } from '../../core/test/support/files.ts';
import { testRemote } from '../../core/test/support/test-remote.ts';
import { serve } from './support/serve.ts';
import { type ViteProject, viteProject } from './support/vite-project.ts';

const key = '0123456789abcdef-of-a-team-0123456789abcdef';

const files = {
  'site.images.yaml': `
images:
  hero: { prompt: A lighthouse, alt: A lighthouse, widths: [32], formats: [webp, jpeg] }
`,
  'index.html': '<img src="tintype:hero"><script type="module" src="/main.js"></script>',
  'main.js': `import hero from 'virtual:tintype/hero'; globalThis.shown = hero;`,
};
/** An image has two sizes in two formats, and a preview. */
const entries = 5;

afterEach(() => vi.unstubAllEnvs());

async function stocked(): Promise<ViteProject> {
  const project = await viteProject(files);
  await project.stock();
  return project;
}

test('a build uploads what it encodes, another one fetches it, and neither contains the key', async () => {
  vi.stubEnv('TINTYPE_CACHE_KEY', key);
  const remote = testRemote();
  await using first = await stocked();
  const made = await first.build({ logLevel: 'info' }, { cache: { remote, mode: 'readwrite' } });
  expect(first.log.join('\n')).toContain(
    `shared cache memory:: 0 entries fetched, ${entries} uploaded`,
  );
  expect(remote.files.size).toBe(entries);

  await using second = await stocked();
  const fetched = await second.build({ logLevel: 'info' }, { cache: { remote } });
  expect(second.log.join('\n')).toContain(`shared cache memory:: ${entries} entries fetched`);
  expect(namesIn(fetched.code)).toEqual(namesIn(made.code));
  expect(namesIn(made.code)).toHaveLength(4);

  for (const project of [first, second]) {
    const names = [...(await filesBelow(project.root)).keys()];
    const texts = await Promise.all(
      names.map(async (name) => readFile(join(project.root, name), 'latin1')),
    );
    expect(names.filter((_, at) => texts[at]!.includes(key))).toEqual([]);
    expect(project.log.join('\n')).not.toContain(key);
  }
});

/** The file names of pictures in code, which contain hashes of their content. */
function namesIn(code: string): string[] {
  return [...new Set(code.match(/hero[\w.-]*\.(?:webp|jpeg)/g))].toSorted();
}

test('the dev server fetches a file that a page asks for', async () => {
  vi.stubEnv('TINTYPE_CACHE_KEY', key);
  const remote = testRemote();
  await using first = await stocked();
  await first.build({}, { cache: { remote, mode: 'readwrite' } });
  const filled = remote.requests.length;

  await using second = await stocked();
  await using served = await serve(second, {}, { cache: { remote } });
  const page = await (await served.fetch('/')).text();
  const [src] = /[^"]*hero[^"]*\.(?:webp|jpeg)/.exec(page)!;
  const answer = await served.fetch(src);
  expect(answer.status).toBe(200);
  const requests = remote.requests.slice(filled);
  expect(requests).toHaveLength(1);
  expect(remote.files.has(requests[0]!.replace('get ', ''))).toBe(true);
});
