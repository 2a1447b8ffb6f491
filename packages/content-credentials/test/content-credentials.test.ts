import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BMFF, JPEG, PNG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore } from '@trustnxt/c2pa-ts/manifest';
import { type FileToSign, importPictures, pruneProject } from '@tintype/core';
import { readContentCredentials } from '@tintype/core/internal';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { eventsOf, useApi } from '../../core/test/support/api.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { type Run, testProject } from '../../core/test/support/project.ts';
import { contentCredentials } from '../src/index.ts';
import { loadC2pa } from '../src/load-c2pa.ts';
import { testRemote } from '../../core/test/support/test-remote.ts';
import { testCertificate } from './support/certificate.ts';

const api = useApi();
const { pem, key } = testCertificate();
const trained = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

const signer = contentCredentials({ certificate: 'signing.pem' });
const withKey: Run = { options: { signer }, env: { TINTYPE_SIGNING_KEY: key } };
const withoutKey: Run = { options: { signer } };

const manifest = (...formats: readonly string[]) => `
defaults: { model: gpt-image-1-mini, quality: low, decorative: true, crop: 64x64, widths: [16], formats: [${formats.join()}] }
images: { fox: { prompt: A fox } }
`;

/** A project with one picture to buy. */
const project = (...formats: readonly string[]) =>
  testProject({ 'a.images.yaml': manifest(...formats, 'jpeg'), 'signing.pem': pem }, api().baseUrl);

const jpeg = 'public/images/fox-16w.jpeg';

test('every file says that a model made it, by whom it is signed, and that it is what was signed', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch');
  onTestFinished(() => void vi.restoreAllMocks());
  await using own = await project('avif', 'webp', 'png');
  const { error } = await own.generate(withKey);
  expect(error).toBeNull();
  for (const format of ['avif', 'webp', 'png', 'jpeg']) {
    const bytes = await own.read(`public/images/fox-16w.${format}`);
    expect(await byC2paRs(bytes, `image/${format}`)).toEqual({
      state: 'Valid',
      failures: ['signingCredential.untrusted'],
      signer: 'Example Studio',
      actions: [
        {
          action: 'c2pa.created',
          digitalSourceType: trained,
          softwareAgent: { name: 'gpt-image-1-mini' },
        },
      ],
      ingredients: [],
    });
    if (format !== 'webp') expect(await byC2paTs(bytes)).toEqual([]);
    if (format !== 'avif')
      expect(readContentCredentials(bytes)).toEqual({
        claimGenerator: 'Tintype',
        signer: 'Example Studio',
        digitalSourceType: trained,
        actions: ['c2pa.created'],
        signature: 'valid',
        picture: 'valid',
      });
  }
  expect(fetched).not.toHaveBeenCalled();
});

test('the original with its own credentials is the parent of each file', async () => {
  const fixture = new URL(
    '../../core/test/fixtures/content-credentials/created.png',
    import.meta.url,
  );
  await using own = await testProject({
    'art/fox.png': await readFile(fixture),
    'art/fox.json': JSON.stringify({ prompt: 'A fox', alt: 'A fox' }),
    'signing.pem': pem,
    'tintype.config.json': '{ "defaults": { "formats": ["jpeg"] } }',
  });
  const folder = join(own.root, 'art');
  await importPictures(await own.context(), {
    folder,
    manifest: join(own.root, 'imported.images.yaml'),
    schema: 'schema.json',
  });
  expect((await own.generate(withKey)).error).toBeNull();
  const bytes = await own.read('public/images/fox.jpeg');
  expect(await byC2paRs(bytes, 'image/jpeg')).toMatchObject({
    state: 'Valid',
    actions: [{ action: 'c2pa.opened' }, { action: 'c2pa.transcoded' }],
    ingredients: [{ relationship: 'parentOf', signer: 'Example Images' }],
  });
  expect(await byC2paTs(bytes)).toEqual([]);
  expect(readContentCredentials(bytes)).toMatchObject({
    digitalSourceType: trained,
    actions: ['c2pa.created', 'c2pa.opened', 'c2pa.transcoded'],
    signature: 'valid',
  });
});

test('the original is read once for all files of a picture', async () => {
  const originals = new Set<unknown>();
  const opened = {
    identity: 'test',
    formats: ['jpeg', 'png'] as const,
    sign: async ({ bytes, original }: FileToSign) => {
      originals.add(original);
      return bytes;
    },
    problem: null,
  };
  await using own = await project('png');
  const { result } = await own.generate({
    options: { signer: { label: 'test', open: () => Promise.resolve(opened) } },
  });
  expect(result).toMatchObject({ failed: 0, delivered: 1 });
  expect(originals.size).toBe(1);
});

test('what is signed and unchanged is not signed again, with or without the key', async () => {
  await using own = await project();
  await own.generate(withKey);
  const before = await own.read(jpeg);
  expect((await own.generate(withKey)).result).toMatchObject({ written: 0, removed: 0 });

  const prune = { isDryRun: false, olderThanDays: null };
  expect((await pruneProject(await own.context(withoutKey), prune)).cache.files).toBe(0);
  await rm(join(own.root, 'public'), { recursive: true });
  const frozen = await own.generate({ ...withoutKey, env: { CI: 'true' } });
  expect(eventsOf(frozen.events, 'warning')).toEqual([]);
  expect(await own.read(jpeg)).toEqual(before);
  expect(api().requests).toHaveLength(1);
});

test('a machine without the key gets signed files from the shared cache', async () => {
  const remote = testRemote();
  const env = { TINTYPE_CACHE_KEY: 'RECOGNISABLE-0123456789abcdef-0123456789abcdef' };
  await using own = await project();
  await own.generate({
    options: { signer, cache: { remote, mode: 'readwrite' } },
    env: { ...env, TINTYPE_SIGNING_KEY: key },
  });
  const before = await own.read(jpeg);
  expect(readContentCredentials(before)?.signature).toBe('valid');

  for (const folder of ['public', 'node_modules'])
    await rm(join(own.root, folder), { recursive: true });
  const { events } = await own.generate({
    options: { signer, cache: { remote, mode: 'read' } },
    env,
  });
  expect(eventsOf(events, 'warning')).toEqual([]);
  expect(await own.read(jpeg)).toEqual(before);
});

test('a run without the key delivers files as they are and says so each time, and the next with it signs them', async () => {
  await using own = await project();
  await own.generate();
  const unsigned = await own.read(jpeg);
  for (let run = 1; run <= 2; run++) {
    const { events, error } = await own.generate(withoutKey);
    expect(error).toBeNull();
    const [warning, ...others] = eventsOf(events, 'warning');
    expect(others).toEqual([]);
    expect(warning).toMatchObject({
      code: 'not-signed',
      message: expect.stringMatching(/^2 files have no .* because TINTYPE_SIGNING_KEY is not set/),
    });
  }
  expect(await own.read(jpeg)).toEqual(unsigned);
  const { result, events } = await own.generate(withKey);
  expect(result).toMatchObject({ bought: 0, written: 3 });
  expect(eventsOf(events, 'warning')).toEqual([]);
  const added = (await own.read(jpeg)).length - unsigned.length;
  expect(added).toBeGreaterThan(2800);
  // The docs say that it is 3 kB.
  expect(added).toBeLessThan(3200);
});

test('files are signed again with another certificate, and not with the same', async () => {
  await using own = await project();
  await own.generate(withKey);
  const other = testCertificate('Ed25519', { name: 'Another Studio' });
  await own.write('signing.pem', other.pem);
  const run = { ...withKey, env: { TINTYPE_SIGNING_KEY: other.key } };
  expect((await own.generate(run)).result).toMatchObject({ bought: 0, written: 3 });
  expect(readContentCredentials(await own.read(jpeg))).toMatchObject({
    signer: 'Another Studio',
    signature: 'valid',
  });
});

test('stand-ins are never signed', async () => {
  await using own = await project();
  const options = { signer, missing: 'standin' as const };
  const { events, error } = await own.generate({ ...withKey, options });
  expect(error).toBeNull();
  expect(eventsOf(events, 'warning')).toEqual([]);
  expect(readContentCredentials(await own.read(jpeg))).toBeNull();
});

test('the key is in no file, no event and no error', async () => {
  await using own = await project();
  const lines = key.split('\n').filter((line) => line.length > 20 && !line.includes('---'));
  const shown: string[] = [];
  for (const run of [
    withKey,
    { ...withKey, env: { TINTYPE_SIGNING_KEY: `${key.slice(0, 90)}x` } },
  ]) {
    const { events, error } = await own.generate(run);
    shown.push(JSON.stringify(events), String(error), JSON.stringify(error));
  }
  for (const file of (await filesBelow(own.root)).keys())
    shown.push((await own.read(file)).toString('latin1'));
  expect(shown.length).toBeGreaterThan(15);
  for (const line of lines) for (const text of shown) expect(text.includes(line)).toBe(false);
});

describe('a setup that cannot be right is refused before anything is bought', () => {
  const outside = join(tmpdir(), `tintype-key-${randomBytes(6).toString('hex')}.pem`);
  const expired = testCertificate('P-256', { validDays: -1 });

  test.each<[string, Run['env'], string?]>([
    ['is not a private key in PEM', { TINTYPE_SIGNING_KEY: 'nonsense' }],
    ['is not the key of the certificate', { TINTYPE_SIGNING_KEY: testCertificate().key }],
    ['must be an absolute path', { TINTYPE_SIGNING_KEY_FILE: 'key.pem' }],
    ['names a file that cannot be read', { TINTYPE_SIGNING_KEY_FILE: outside }],
    ['signing.pem has no certificate in PEM', { TINTYPE_SIGNING_KEY: key }, 'nothing'],
    [
      'signing.pem has a certificate that expired',
      { TINTYPE_SIGNING_KEY: expired.key },
      expired.pem,
    ],
    ['begins with the certificate of an authority', {}, pem.slice(pem.lastIndexOf('-----BEGIN'))],
  ])('%s', async (words, env, certificate = pem) => {
    await using own = await project();
    await own.write('signing.pem', certificate);
    const { error } = await own.generate({ options: { signer }, env: env ?? {} });
    expect(error).toMatchObject({ code: 'config', message: expect.stringContaining(words) });
    expect(api().requests).toEqual([]);
    expect(await readdir(own.root)).not.toContain('public');
  });

  test('a key may be in a file outside the project, and never in one in it', async () => {
    await using own = await project();
    await own.write('key.pem', key);
    const inside = await own.generate({
      options: { signer },
      env: { TINTYPE_SIGNING_KEY_FILE: join(own.root, 'key.pem') },
    });
    expect(String(inside.error)).toContain('names a file in the project');
    expect(api().requests).toEqual([]);

    await writeFile(outside, key);
    onTestFinished(() => rm(outside));
    await own.generate({ options: { signer }, env: { TINTYPE_SIGNING_KEY_FILE: outside } });
    expect(readContentCredentials(await own.read(jpeg))?.signature).toBe('valid');
  });

  test('a key in a .env file does not count, because that comes with the clone', async () => {
    await using own = await project();
    await own.write('.env', `TINTYPE_SIGNING_KEY="${key}"`);
    const { events } = await own.generate(withoutKey);
    expect(eventsOf(events, 'warning')).toMatchObject([{ code: 'not-signed' }]);
  });

  test('a JSON config cannot sign', async () => {
    await using own = await project();
    await own.write('tintype.config.json', '{ "signer": { "certificate": "signing.pem" } }');
    await expect(own.context()).rejects.toMatchObject({ code: 'config' });
  });
});

test.each(['P-384', 'RSA'] as const)('signs with a key of the kind %s', async (kind) => {
  const { pem, key } = testCertificate(kind);
  await using own = await testProject({ 'a.images.yaml': manifest('jpeg') }, api().baseUrl);
  const env = {
    TINTYPE_SIGNING_CERTIFICATE: pem,
    TINTYPE_SIGNING_KEY: key.replaceAll('\n', '\\n'),
  };
  await own.generate({ options: { signer: contentCredentials() }, env });
  expect(readContentCredentials(await own.read(jpeg))?.signature).toBe('valid');
});

/** What c2pa-rs finds in a file. */
async function byC2paRs(bytes: Uint8Array, type: string) {
  const { WasmReader } = await loadC2pa();
  const { manifests, active_manifest, validation_state, validation_results } = JSON.parse(
    (await WasmReader.fromBytes(type, bytes)).json(),
  );
  const active = manifests[active_manifest];
  return {
    state: validation_state,
    failures: validation_results.activeManifest.failure.map(({ code }: { code: string }) => code),
    signer: active.signature_info.issuer,
    actions: active.assertions.find(({ label }: { label: string }) =>
      label.startsWith('c2pa.actions'),
    ).data.actions,
    ingredients: (active.ingredients ?? []).map(
      (one: { relationship: string; active_manifest: string }) => ({
        relationship: one.relationship,
        signer: manifests[one.active_manifest].signature_info.issuer,
      }),
    ),
  };
}

/** What a second implementation finds wrong with a file. It has no list of certificates to trust. */
async function byC2paTs(bytes: Uint8Array): Promise<string[]> {
  const type = [JPEG, PNG, BMFF].find((one) => one.canRead(bytes))!;
  const asset = new type(new Uint8Array(bytes));
  const store = ManifestStore.read(SuperBox.fromBuffer(new Uint8Array(asset.getManifestJUMBF()!)));
  const { statusEntries } = await store.validate(asset);
  return statusEntries.filter(({ success }) => !success).map(({ code }) => code);
}
