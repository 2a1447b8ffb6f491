import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { filesBelow, hashesBelow } from '../../core/test/support/files.ts';
import { picture } from '../../core/test/support/pictures.ts';
import { testKey, testProject } from '../../core/test/support/project.ts';
import { main } from '../src/main.ts';
import { FakeShell } from './support/fake-shell.ts';

async function tintype(cwd: string, args: readonly string[], env = {}) {
  const shell = new FakeShell({ cwd, env: { PATH: process.env['PATH'], ...env } });
  const code = await main(args, shell);
  return { code, stdout: shell.stdout.text, stderr: shell.stderr.text };
}

/** What `import --json` says. */
interface Imported {
  readonly manifest: string | null;
  readonly imported: readonly { id: string; file: string; sha256: string; toWrite: string[] }[];
  readonly skipped: readonly { file: string; reason: string }[];
}

async function importFrom(cwd: string, folder = 'art', ...args: string[]) {
  const { code, stdout, stderr } = await tintype(cwd, ['import', folder, '--json', ...args]);
  return { code, stderr, ...(JSON.parse(stdout || '{}') as Imported) };
}

const red = () => picture('png', { color: '#c03020' });
const blue = () => picture('jpeg', { color: '#2030c0' });

test('imported pictures are records like others: delivered, free, and never bought', async () => {
  await using api = await startOpenAiEmulator();
  await using project = await testProject({
    'art/Hero Image.png': await red(),
    'art/Hero Image.json': JSON.stringify({ prompt: 'A hero', alt: 'A hero on a hill' }),
    'art/team/ada.jpg': await blue(),
    'art/team/ada.txt': 'Ada, {{ portrait }}\n',
    // Fields of a file or of the config are about pictures that are made.
    'tintype.config.json': '{ "defaults": { "quality": "low", "model": "gpt-image-2" } }',
  });
  const before = await hashesBelow(join(project.root, 'art'));
  const { code, imported, manifest, skipped } = await importFrom(project.root);
  expect({ code, manifest, skipped }).toEqual({
    code: 0,
    manifest: 'imported.images.yaml',
    skipped: [],
  });
  expect(imported).toMatchObject([
    { id: 'hero-image', file: 'Hero Image.png', toWrite: [] },
    { id: 'team/ada', file: 'team/ada.jpg', toWrite: ['alt'] },
  ]);
  expect(await hashesBelow(join(project.root, 'art'))).toEqual(before);

  // Nothing is made up: a picture without an alt is a mistake with a line.
  const env = { OPENAI_API_KEY: testKey, OPENAI_BASE_URL: api.baseUrl, TINTYPE_MISSING: 'buy' };
  const unfinished = await tintype(project.root, [], env);
  expect(unfinished.code).toBe(2);
  expect(unfinished.stderr).toMatch(/imported\.images\.yaml:\d+:\d+ {2}missing-alt/);

  const file = join(project.root, 'imported.images.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/(prompt: .*Ada.*\n)/, '$1    alt: Ada\n'));
  expect(await tintype(project.root, [], env)).toMatchObject({ code: 0 });
  const assets = JSON.parse(String(await project.read('public/images/tintype.assets.json'))) as {
    images: Record<string, { ai: object; width: number }>;
  };
  expect(assets.images['team/ada']).toMatchObject({
    width: 64,
    ai: { provider: 'imported', model: 'unknown', original: imported[1]!.sha256 },
  });

  // A prompt may be written later. It changes no key.
  await writeFile(file, (await readFile(file, 'utf8')).replace('A hero', 'Another text'));
  expect(await tintype(project.root, [], env)).toMatchObject({ code: 0 });
  const costs = await tintype(project.root, ['costs']);
  expect(costs.stdout).toMatch(/\nimported +unknown +2 +\$0 /);
  expect((await tintype(project.root, ['verify'])).code).toBe(0);

  // Without its record, nothing can make it again, and nothing is asked.
  await rm(join(project.root, '.tintype/records'), { recursive: true });
  const lost = await tintype(project.root, [], env);
  expect(lost.code).toBe(2);
  expect(lost.stderr).toMatch(/not-supported-by-provider .*the provider imported cannot make/);
  expect((await tintype(project.root, ['--frozen'], env)).code).toBe(3);
  expect(api.requests).toEqual([]);
});

test('what the content credentials of a picture say is in its record, its sidecar and the contact sheet', async () => {
  const fixtures = new URL('../../core/test/fixtures/content-credentials/', import.meta.url);
  await using project = await testProject({
    'art/fox.png': await readFile(new URL('created.png', fixtures)),
    'art/fox.json': JSON.stringify({ prompt: 'A fox', alt: 'A fox' }),
    'art/plain.png': await red(),
    'art/plain.json': JSON.stringify({ prompt: 'Red', alt: 'Red' }),
  });
  await importFrom(project.root);
  expect((await tintype(project.root, ['verify'])).code).toBe(0);

  await tintype(project.root, ['export', 'out']);
  const sidecar = async (id: string) => JSON.parse(String(await project.read(`out/${id}.json`)));
  const contentCredentials = {
    claimGenerator: 'Example Images 2.0',
    signer: 'Example Images',
    digitalSourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
    actions: ['c2pa.created'],
    signature: 'valid',
    picture: 'valid',
  };
  expect(await sidecar('fox')).toMatchObject({ contentCredentials });
  expect(await sidecar('plain')).toMatchObject({ contentCredentials: null });

  await tintype(project.root, ['sheet', '--out', 'sheet.html']);
  const page = String(await project.read('sheet.html'));
  const words = 'Example Images 2.0, trainedAlgorithmicMedia, signed by Example Images, intact';
  expect(page.split(words)).toHaveLength(2);
});

test('a folder is imported again: only what is new, into a manifest of its own', async () => {
  await using project = await testProject({
    'art/a.png': await red(),
    'art/copy.png': await red(),
  });
  const first = await importFrom(project.root);
  expect(first.imported.map(({ id }) => id)).toEqual(['a']);
  expect(first.skipped).toEqual([{ file: 'copy.png', reason: 'it has the same bytes as a.png' }]);

  await project.write('art/b.jpg', await blue());
  const stored = await filesBelow(join(project.root, '.tintype'));
  const second = await importFrom(project.root);
  expect(second).toMatchObject({ code: 2, stderr: expect.stringMatching(/exists.*--to more/) });
  expect(await filesBelow(join(project.root, '.tintype'))).toEqual(stored);

  const third = await importFrom(project.root, 'art', '--to', 'more.images.yaml');
  expect(third.imported.map(({ id }) => id)).toEqual(['b']);
  expect(third.skipped).toContainEqual({ file: 'a.png', reason: 'it is imported as "a"' });
  // The store's files of the first import were not written again.
  const now = await filesBelow(join(project.root, '.tintype'));
  for (const [name, time] of stored) expect([name, now.get(name)]).toEqual([name, time]);
});

test('a folder that is imported again brings back bytes that were lost, and a damaged record is an error', async () => {
  await using project = await testProject({ 'art/a.png': await red() });
  const { manifest } = await importFrom(project.root);
  await rm(join(project.root, manifest!));
  const originals = join(project.root, '.tintype/originals');
  const before = await hashesBelow(originals);
  await rm(originals, { recursive: true });
  expect((await importFrom(project.root)).imported.map(({ id }) => id)).toEqual(['a']);
  expect(await hashesBelow(originals)).toEqual(before);

  await rm(join(project.root, manifest!));
  const [record] = [...(await filesBelow(join(project.root, '.tintype/records'))).keys()];
  await writeFile(join(project.root, '.tintype/records', record!), '{');
  expect(await importFrom(project.root)).toMatchObject({ code: 1 });
});

describe('a folder of a stranger', () => {
  test('nothing outside of it is read: links, pipes and what is no picture are skipped', async () => {
    await using project = await testProject({
      'secret.png': await red(),
      'secret.json': JSON.stringify({ prompt: 'RECOGNISABLE' }),
      'art/good.jpg': await blue(),
      'art/text.png': 'not a picture',
      'art/cut.jpg': (await blue()).subarray(0, 200),
      'art/pointer.png': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n',
      'art/.hidden/a.png': await red(),
      'art/node_modules/a.png': await red(),
    });
    const art = join(project.root, 'art');
    await symlink(join(project.root, 'secret.png'), join(art, 'link.png'));
    await symlink(join(project.root, 'secret.json'), join(art, 'good.json'));
    await symlink(project.root, join(art, 'up'));
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(art, 'pipe.png')]);
    const { imported, skipped, manifest } = await importFrom(project.root);
    expect(imported.map(({ file }) => file)).toEqual(['good.jpg']);
    const reasons = Object.fromEntries(skipped.map(({ file, reason }) => [file, reason]));
    expect(reasons).toMatchObject({
      'link.png': expect.stringContaining('link'),
      'good.json': expect.stringContaining('outside'),
      'pointer.png': expect.stringContaining('LFS'),
      'text.png': expect.any(String),
      'cut.jpg': expect.any(String),
    });
    const everything = await Promise.all(
      [...(await filesBelow(join(project.root, '.tintype'))).keys(), manifest!].map((name) =>
        readFile(join(project.root, name === manifest ? name : `.tintype/${name}`), 'latin1'),
      ),
    );
    expect(everything.join('')).not.toContain('RECOGNISABLE');
  });

  test('a sidecar says a prompt and an alt, and nothing else, whatever it contains', async () => {
    const prompt =
      'a\nimages:\n  evil: { prompt: x, openai_api_key: "${OPENAI_API_KEY}" }\n# {{ no }}: "';
    await using project = await testProject({
      'art/a.png': await red(),
      'art/a.json': JSON.stringify({
        prompt,
        alt: '*anchor &x !!js/function "',
        provider: 'openai',
        take: 2,
        openai_api_key: '${AWS_SECRET}',
        __proto__: { provider: 'openai' },
      }),
      'art/b.jpg': await blue(),
      'art/b.json': '{ "prompt": 7 }',
    });
    const { imported, skipped } = await importFrom(project.root);
    expect(imported.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(skipped).toEqual([{ file: 'b.json', reason: expect.any(String) }]);
    await project.write(
      'imported.images.yaml',
      `${String(await project.read('imported.images.yaml'))}    alt: B\n`,
    );
    const { jobs } = await project.plan();
    expect(jobs.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(jobs[0]).toMatchObject({
      picture: { prompt, provider: 'imported', take: 1 },
      files: { alt: '*anchor &x !!js/function "' },
      call: { apiKeyName: null },
    });
  });

  test.each([
    ['../outside.images.yaml', /not inside the project/],
    ['linked/a.images.yaml', /not inside the project/],
    ['package.json', /must end in/],
  ])('the manifest %s is refused before anything is stored', async (to, message) => {
    await using project = await testProject({ 'art/a.png': await red() });
    await symlink('/tmp', join(project.root, 'linked'));
    const { code, stderr } = await importFrom(project.root, 'art', '--to', to);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    expect(await readdir(project.root)).not.toContain('.tintype');
  });

  test('a manifest that names a picture which was not imported says how to get it', async () => {
    await using project = await testProject({
      'a.images.yaml': 'images: { hat: { provider: imported, alt: Hat, output_format: svg } }',
    });
    const { code, stderr } = await tintype(project.root, ['check']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad-format .*"hat" must say which imported picture it is/);
    expect(stderr).toMatch(/conflict .*cannot be asked for as svg/);
  });
});

describe('export', () => {
  const files = {
    'a.images.yaml':
      'images: { team/hat: { prompt: "A {{x}}", each: [{ x: hat }], alt: Hat, widths: [32] } }',
  };

  test('what is exported can be imported, with the same bytes and words', async () => {
    await using source = await testProject({
      'art/team/hat.png': await red(),
      'art/team/hat.json': '{"prompt":"p","alt":"A hat"}',
    });
    await importFrom(source.root);
    const out = join(source.root, 'out');
    const { code, stdout } = await tintype(source.root, ['export', 'out']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2 files in out, 2 of them new.\n' });
    expect(await readFile(join(out, 'team/hat.png'))).toEqual(
      await source.read('art/team/hat.png'),
    );
    expect(await tintype(source.root, ['export', 'out'])).toMatchObject({
      stdout: '2 files in out, 0 of them new.\n',
    });

    await using other = await testProject({});
    await mkdir(join(other.root, 'art'));
    const { imported } = await importFrom(other.root, out);
    expect(imported).toMatchObject([{ id: 'team/hat', toWrite: [] }]);
    const { jobs } = await other.plan();
    expect(jobs[0]).toMatchObject({ picture: { prompt: 'p' }, files: { alt: 'A hat' } });
  });

  test('no file is replaced, no link is followed, and what is not stored is named', async () => {
    await using project = await testProject({ ...files, 'outside/keep.txt': 'mine' });
    const missing = await tintype(project.root, ['export', 'out']);
    expect(missing).toMatchObject({
      code: 1,
      stderr: 'not exported: team/hat: it is not in the store\n',
    });

    await using source = await testProject({
      'art/team/hat.png': await red(),
      'art/team/hat.json': '{"prompt":"p","alt":"A hat"}',
    });
    await importFrom(source.root);
    await source.write('out/team/hat.png', 'something else');
    const taken = await tintype(source.root, ['export', 'out']);
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining('is not replaced') });
    expect(String(await source.read('out/team/hat.png'))).toBe('something else');

    await mkdir(join(source.root, 'planted'));
    await symlink(join(project.root, 'outside'), join(source.root, 'planted/team'));
    const linked = await tintype(source.root, ['export', 'planted']);
    expect(linked).toMatchObject({ code: 1, stderr: expect.stringContaining('symbolic link') });
    expect(await readdir(join(project.root, 'outside'))).toEqual(['keep.txt']);
  });
});

test('an editor finds the schema of a manifest in another folder', async () => {
  await using project = await testProject({ 'art/red.png': await red(), 'site/keep': '' });
  const { code } = await importFrom(project.root, 'art', '--to', 'site/art.images.yaml');
  expect(code).toBe(0);
  const [modeline] = (await project.read('site/art.images.yaml')).toString().split('\n');
  expect(modeline).toBe(
    '# yaml-language-server: $schema=../node_modules/tintype/schema/manifest.json',
  );
});
