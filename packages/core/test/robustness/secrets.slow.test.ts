import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashesBelow, openScene } from './scene.ts';

const image = 'quality: low, size: 1408x480, decorative: true, output_format: jpeg';

/** Each value is unique, and does not look like a known kind of key. */
const secrets = Object.fromEntries(
  [
    'OPENAI_API_KEY',
    'TEAM_OPENAI_KEY',
    'TINTYPE_OTHER_KEY',
    'REPLICATE_API_TOKEN',
    'GITHUB_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'NPM_TOKEN',
    'DATABASE_URL',
  ].map((name) => [name, `planted.${name.toLowerCase().replaceAll('_', '.')}.8f2e`]),
);

const files = {
  'a.images.yaml': `images:
  usual: { prompt: usual, ${image} }
  team: { prompt: team, openai_api_key: "\${TEAM_OPENAI_KEY}", ${image} }
  other: { prompt: other, openai_api_key: "\${TINTYPE_OTHER_KEY}", ${image} }
  stolen: { prompt: stolen, openai_api_key: "\${GITHUB_TOKEN}", ${image} }
`,
  '.env': 'OPENAI_OF_THE_CLONE=planted.of.the.clone.8f2e\n',
};

/** The answer of a server that repeats the key of the request. */
const echo = {
  kind: 'error',
  status: 400,
  error: {
    message: `no: ${secrets['TEAM_OPENAI_KEY']}`,
    type: 'x',
    param: null,
    code: secrets['TEAM_OPENAI_KEY']!,
  },
  headers: { 'x-request-id': secrets['TEAM_OPENAI_KEY']! },
} as const;

test(
  'no variable of the environment reaches a file or the output',
  { timeout: 300_000 },
  async () => {
    await using scene = await openScene(files);
    scene.api.fail(echo, { prompt: 'team', times: 'always' });
    scene.api.fail(
      { kind: 'not-json', body: `<p>${secrets['TINTYPE_OTHER_KEY']}</p>` },
      { prompt: 'other', times: 'always' },
    );
    const env = { ...secrets, HOME: join(scene.dir, 'home') };
    let printed = '';
    const codes: (number | null)[] = [];
    for (const args of [
      // The whole run is refused, because a manifest may not name GITHUB_TOKEN.
      ['--reporter', 'plain'],
      ['usual', '--reporter', 'plain'],
      ['team', 'other', '--reporter', 'json'],
      ['other', '--reporter', 'github'],
      ['plan', '--json'],
      ['verify', '--reporter', 'plain'],
      ['sheet', '--reporter', 'plain'],
    ]) {
      const { code, stdout, stderr } = await scene.run({ args, env });
      codes.push(code);
      printed += stdout + stderr;
    }
    expect(codes.slice(0, 3)).toEqual([2, 0, 1]);
    expect(scene.api.ledger.map(({ prompt }) => prompt)).toContain('other');

    const traces = [...(await hashesBelow(scene.dir)).keys()].filter(
      (file) => !file.endsWith('.env'),
    );
    expect(traces.length).toBeGreaterThan(8);
    for (const [name, value] of [
      ...Object.entries(secrets),
      ['.env', 'planted.of.the.clone.8f2e'],
    ]) {
      const forms = [value!, Buffer.from(value!).toString('base64').slice(0, -4)];
      for (const form of forms) {
        expect(printed, name).not.toContain(form);
        for (const file of traces) {
          const bytes = await readFile(join(scene.dir, file), 'latin1');
          expect(bytes.includes(form), `${name} in ${file}`).toBe(false);
        }
      }
    }
  },
);
