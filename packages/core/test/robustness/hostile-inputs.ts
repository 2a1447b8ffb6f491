import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import { pngOf } from '../support/png-of.ts';
import { hashesBelow, openScene, type Scene } from './scene.ts';

/** A hostile or unlucky input, and the expected outcome. */
export interface HostileRow {
  readonly name: string;
  /** The manifest and other files. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Makes links and pipes, which are not text files. */
  readonly prepare?: (scene: Scene) => Promise<void>;
  readonly args?: readonly string[];
  readonly exit: number;
  /** Must match the output. */
  readonly says: RegExp;
  /** How many requests may be sent. @default 0 */
  readonly sends?: number;
  readonly check?: (scene: Scene, printed: string) => Promise<string | null>;
}

export interface HostileResult {
  readonly name: string;
  /** Promises that were broken, which should be none. */
  readonly problems: readonly string[];
}

/** Sequences that would move a cursor, rename a window, answer for the user or reverse a line. */
const escapes = '\u001B[31m\u001B]0;pwned\u0007\u001B[6n\u009B2J\u202Efdp\u0000'.replace('\0', '');

const small =
  'quality: low, size: 1408x480, output_format: jpeg, placeholder: none, decorative: true';
const good = `images:\n  ada: { prompt: ada, ${small} }\n`;

function idRow(id: string): HostileRow {
  const manifest = `images:\n  ${JSON.stringify(id)}: { prompt: x, ${small} }\n`;
  return { name: `an id: ${id}`, files: { 'a.images.yaml': manifest }, exit: 2, says: /bad-id/ };
}

function inputRow(path: string, says: RegExp, more: Partial<HostileRow> = {}): HostileRow {
  const manifest = `images:\n  ada: { prompt: x, ${small}, input_images: [${JSON.stringify(path)}] }\n`;
  return {
    name: `an input: ${path}`,
    files: { 'a.images.yaml': manifest },
    exit: 2,
    says,
    ...more,
  };
}

function rowsRow(name: string, path: string, more: Partial<HostileRow>): HostileRow {
  const manifest = `images:\n  "x-{{ n }}": { each: ${JSON.stringify(path)}, prompt: x, ${small} }\n`;
  return {
    name: `rows: ${name}`,
    exit: 2,
    says: /./,
    ...more,
    files: { 'a.images.yaml': manifest, ...more.files },
  };
}

function yamlRow(name: string, manifest: string | Uint8Array, says: RegExp): HostileRow {
  return { name: `YAML: ${name}`, files: { 'a.images.yaml': manifest }, exit: 2, says };
}

const linked =
  (from: string, to: (scene: Scene) => string) =>
  async (scene: Scene): Promise<void> => {
    await mkdir(join(scene.project, from, '..'), { recursive: true });
    await symlink(to(scene), join(scene.project, from));
  };

const piped = (name: string) => async (scene: Scene) => {
  await promisify(execFile)('mkfifo', [join(scene.project, name)]);
};

const outside = (file: string) => (scene: Scene) => join(scene.dir, 'outside', file);

const aliases = Array.from(
  { length: 9 },
  (_, index) =>
    `  a${index + 1}: &a${index + 1} [${Array.from({ length: 9 }, () => `*a${index}`).join(', ')}]`,
);

const urls = [
  'https://127.0.0.1/x.png',
  'https://localhost/x.png',
  'https://[::1]/x.png',
  'https://10.0.0.1/x.png',
  'https://192.168.1.1/x.png',
  'https://169.254.169.254/latest/meta-data',
  'https://[::ffff:127.0.0.1]/x.png',
  'https://0x7f.1/x.png',
  'https://2130706433/x.png',
  'https://[fd00::1]/x.png',
];

const reporters = ['plain', 'json', 'github'];

/** One row for each reporter, because none may print a control character. */
function escapeRows(
  name: string,
  row: Omit<HostileRow, 'name' | 'args'>,
  args: readonly string[] = [],
): HostileRow[] {
  return reporters.map((reporter) => ({
    ...row,
    name: `escape sequences in ${name}, ${reporter}`,
    args: [...args, '--reporter', reporter],
  }));
}

const apiMessage = `no ${escapes} <img src=x onerror=alert(1)> [click](javascript:alert(1)) | a cell\nthe next line ::error::faked`;

const refuse = async ({ api }: Scene): Promise<void> => {
  const error = {
    message: apiMessage,
    type: 'image_generation_user_error',
    param: null,
    code: 'moderation_blocked',
  };
  api.fail({ kind: 'error', status: 400, error }, { times: 'always' });
};

export const hostileRows: readonly HostileRow[] = [
  ...[
    '../evil',
    '../../etc/evil',
    '/etc/evil',
    'C:\\evil',
    'a/../../b',
    'a//b',
    '.hidden',
    'a/',
    'a\\..\\b',
    'A',
    '%2e%2e/x',
    'x\u0000y',
  ].map(idRow),
  rowsRow('an id with .. after templating', 'rows.json', {
    files: { 'rows.json': '[{ "n": "/../../../evil" }]' },
    says: /bad-id/,
  }),

  inputRow('../outside/secret.png', /outside the project/),
  inputRow('/etc/passwd', /outside the project/),
  inputRow('C:\\secret.png', /does not exist|outside/),
  inputRow('file:///etc/passwd', /does not exist|outside|https/),
  inputRow('link.png', /outside the project/, {
    prepare: linked('link.png', outside('secret.png')),
    name: 'an input: a link out of the project',
  }),
  inputRow('sub/secret.png', /outside the project/, {
    prepare: linked('sub', outside('')),
    name: 'an input: through a folder that is a link',
  }),
  inputRow('loop.png', /loop/, {
    prepare: linked('loop.png', () => 'loop.png'),
    name: 'an input: a link to itself',
  }),
  inputRow('zero.png', /outside the project|regular file/, {
    prepare: linked('zero.png', () => '/dev/zero'),
    name: 'an input: a device',
  }),
  inputRow('pipe.png', /not a regular file/, {
    prepare: piped('pipe.png'),
    name: 'an input: a pipe',
  }),
  inputRow('.', /folder/, { name: 'an input: a folder' }),
  inputRow('bomb.png', /30000x30000/, {
    name: 'an input: a picture of 900 million pixels',
    prepare: ({ write }) => write('bomb.png', hugePng()),
  }),
  inputRow('text.png', /does not decode/, {
    name: 'an input: text called png',
    prepare: ({ write }) => write('text.png', 'no picture'),
  }),
  inputRow('half.png', /does not decode/, {
    name: 'an input: half of a picture',
    prepare: ({ write }) => write('half.png', hugePng(64).subarray(0, 48)),
  }),
  inputRow('empty.png', /does not decode|empty/, {
    name: 'an input: an empty file',
    prepare: ({ write }) => write('empty.png', ''),
  }),
  inputRow('http://example.com/x.png', /https/),
  ...urls.map((url) => inputRow(url, /not public|cannot be fetched/)),

  rowsRow('out of the project', '../outside/rows.csv', { says: /outside the project/ }),
  rowsRow('a link out of the project', 'rows.csv', {
    says: /outside the project/,
    prepare: linked('rows.csv', outside('rows.csv')),
  }),
  rowsRow('a pipe', 'rows.csv', { says: /not a regular file/, prepare: piped('rows.csv') }),
  rowsRow('of 11 MB', 'rows.csv', {
    says: /larger than 10 MB/,
    files: { 'rows.csv': `n\n${'x\n'.repeat(5_800_000)}` },
  }),
  rowsRow('100,000 of them', 'rows.csv', {
    exit: 0,
    args: ['plan', '--provider', 'offline', '--reporter', 'plain'],
    says: /100,?000 pictures/,
    files: {
      'rows.csv': `n\n${Array.from({ length: 100_000 }, (_, index) => index).join('\n')}\n`,
    },
  }),
  rowsRow('a column called __proto__', 'rows.csv', {
    says: /__proto__|unknown/,
    files: { 'rows.csv': '__proto__\nx\n' },
  }),

  {
    name: 'a manifest that is a link out of the project',
    files: {},
    prepare: linked('a.images.yaml', outside('evil.images.yaml')),
    exit: 2,
    says: /a\.images\.yaml lies outside the project/,
  },
  {
    name: 'a manifest that is a pipe',
    files: {},
    prepare: piped('a.images.yaml'),
    exit: 2,
    says: /a\.images\.yaml is not a regular file/,
  },
  {
    name: 'a store and a cache with links out of them, and round and round',
    files: { 'a.images.yaml': 'images: {}\n' },
    async prepare(scene) {
      const folders = [
        '.tintype/originals',
        '.tintype/records',
        'node_modules/.cache/tintype/v2/files',
      ];
      for (const folder of folders) {
        await linked(`${folder}/out`, outside('.'))(scene);
        for (const name of ['a', 'b', 'c']) await linked(`${folder}/${name}`, () => '..')(scene);
      }
    },
    args: ['prune', '--older-than', '0'],
    exit: 2,
    says: /is a symbolic link, and Tintype does not use a cache through a link/,
  },
  {
    name: 'an output folder with a link out of it',
    files: { 'a.images.yaml': `images:\n  team/ada: { prompt: ada, ${small} }\n` },
    prepare: linked('public/images/team', outside('')),
    exit: 2,
    says: /not by Tintype/,
  },
  {
    name: 'an output file that is a link out of it',
    files: { 'a.images.yaml': good },
    prepare: linked('public/images/ada.jpeg', outside('secret.png')),
    exit: 2,
    says: /not by Tintype/,
  },

  yamlRow(
    'an alias bomb',
    `x:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n${aliases.join('\n')}\n`,
    /too-many-aliases|values/,
  ),
  yamlRow(
    'doubled names',
    `images:\n  ada: { prompt: a, ${small} }\n  ada: { prompt: b, ${small} }\n`,
    /duplicate-key/,
  ),
  yamlRow(
    '__proto__',
    `images:\n  ada: { prompt: a, ${small}, __proto__: { polluted: yes } }\n`,
    /__proto__/,
  ),
  yamlRow(
    'constructor',
    `images:\n  ada: { prompt: a, ${small}, constructor: { prototype: { x: 1 } } }\n`,
    /unknown-field/,
  ),
  yamlRow('a tag', `images:\n  ada: { prompt: !!js/function "() => 1", ${small} }\n`, /custom-tag/),
  yamlRow('a NUL', Buffer.from(`images:\n  ada: { prompt: "a\0b", ${small} }\n`), /nul-byte/),
  yamlRow('no UTF-8', Buffer.from([0x69, 0xff, 0xfe, 0x3a]), /not-utf8/),
  yamlRow(
    '11 MB',
    `${good}# ${'x'.repeat(11 * 1024 * 1024)}\n`,
    /file-too-large|larger than 10 MB/,
  ),
  yamlRow('10,000 levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, /nested too deeply/),

  ...escapeRows('a field name', {
    files: {
      'a.images.yaml': `images:\n  ada: { prompt: ada, ${small}, ${JSON.stringify(escapes)}: 1 }\n`,
    },
    exit: 2,
    says: /unknown-field/,
  }),
  ...escapeRows('an id', {
    files: {
      'a.images.yaml': `images:\n  ${JSON.stringify(`a${escapes}`)}: { prompt: ada, ${small} }\n`,
    },
    exit: 2,
    says: /bad-id/,
  }),
  ...escapeRows('a prompt', {
    files: {
      'a.images.yaml': `images:\n  ada: { prompt: ${JSON.stringify(`a ${escapes}`)}, ${small} }\n`,
    },
    exit: 0,
    says: /./,
    sends: 1,
  }),
  ...escapeRows('a file name', {
    files: { [`a${escapes}.images.yaml`]: 'images: 7\n' },
    exit: 2,
    says: /wrong-type/,
  }),
  ...escapeRows('the name of an input', {
    files: {
      'a.images.yaml': `images:\n  ada: { prompt: a, ${small}, input_images: [${JSON.stringify(`a${escapes}.png`)}] }\n`,
    },
    exit: 2,
    says: /does not exist/,
  }),
  ...escapeRows('an argument', { files: { 'a.images.yaml': good }, exit: 2, says: /no image/ }, [
    `a${escapes}`,
  ]),
  ...escapeRows(
    'the name of a config',
    { files: { 'a.images.yaml': good }, exit: 2, says: /does not exist/ },
    ['--config', `a${escapes}.json`],
  ),
  ...escapeRows("the API's words", {
    files: { 'a.images.yaml': good },
    prepare: refuse,
    exit: 1,
    says: /moderation/,
    sends: 1,
  }),
  {
    name: 'escape sequences in the plan',
    files: {
      'a.images.yaml': `images:\n  ada: { prompt: ${JSON.stringify(escapes)}, ${small}, model: ${JSON.stringify(`m${escapes}`)} }\n`,
    },
    args: ['plan', '--reporter', 'plain'],
    exit: 0,
    says: /ada/,
  },
  {
    name: 'escape sequences in the plan, json',
    files: {
      'a.images.yaml': `images:\n  ada: { prompt: x, ${small}, model: ${JSON.stringify(`m${escapes}`)} }\n`,
    },
    args: ['plan', '--json'],
    exit: 0,
    says: /ada/,
  },

  {
    name: "Markdown, HTML and commands in the API's words, on GitHub",
    files: { 'a.images.yaml': good },
    prepare: refuse,
    args: ['--reporter', 'github'],
    exit: 1,
    says: /moderation/,
    sends: 1,
    async check({ dir }, printed) {
      const summary = await readFile(join(dir, 'tmp/summary.md'), 'utf8');
      if (/<img|\]\(javascript|\| a cell/.test(summary))
        return `the summary has it raw: ${summary}`;
      return /^::error::faked/m.test(printed) ? 'a command is smuggled in' : null;
    },
  },
  {
    name: 'a prompt that looks like a template',
    files: { 'a.images.yaml': `images:\n  ada: { prompt: "{{ constructor }}", ${small} }\n` },
    exit: 2,
    says: /unknown-variable/,
  },
  {
    name: 'a prompt that looks like other templates',
    files: {
      'a.images.yaml': `images:\n  ada: { prompt: "\${OPENAI_API_KEY} $(id) <%= 7 * 7 %> #{1} {% raw %} %s", ${small} }\n`,
    },
    exit: 0,
    says: /delivered/,
    sends: 1,
    check: async ({ api }) =>
      api.ledger[0]?.prompt === '${OPENAI_API_KEY} $(id) <%= 7 * 7 %> #{1} {% raw %} %s'
        ? null
        : `it became ${api.ledger[0]?.prompt}`,
  },
];

/** Runs the command line on each, one after the other. */
export async function runHostile(rows: readonly HostileRow[]): Promise<HostileResult[]> {
  await using scene = await openScene({});
  const results: HostileResult[] = [];
  for (const row of rows) results.push({ name: row.name, problems: await problemsOf(row, scene) });
  return results;
}

async function problemsOf(row: HostileRow, scene: Scene): Promise<string[]> {
  await scene.reset();
  const secret = join(scene.dir, 'outside');
  await mkdir(secret, { recursive: true });
  await writeFile(join(secret, 'secret.png'), hugePng(64));
  await writeFile(join(secret, 'rows.csv'), 'n\nSECRET\n');
  await writeFile(join(secret, 'evil.images.yaml'), good.replaceAll('ada', 'secret'));
  // A process that cleans up might take these for its own.
  await writeFile(join(secret, '.left.tmp'), 'of somebody else');
  await utimes(join(secret, '.left.tmp'), 1, 1);
  const before = JSON.stringify([...(await hashesBelow(secret))]);
  for (const [file, content] of Object.entries(row.files)) await scene.write(file, content);
  await row.prepare?.(scene);

  const { code, stdout, stderr, ms } = await scene.run({
    args: row.args ?? ['--reporter', 'plain'],
    env: { GITHUB_STEP_SUMMARY: join(scene.dir, 'tmp/summary.md') },
    timeoutMs: 30_000,
  });
  const printed = stdout + stderr;
  const problems: string[] = [];
  if (code !== row.exit)
    problems.push(
      `it ends with ${code}, not ${row.exit}, after ${Math.round(ms)} ms: ${printed.slice(0, 500)}`,
    );
  if (!row.says.test(printed)) problems.push(`it says "${printed.slice(0, 500)}"`);
  if (/bug in tintype/.test(printed)) problems.push(`it calls it a bug: ${printed.slice(0, 800)}`);
  // oxlint-disable-next-line no-control-regex
  const raw = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/.exec(printed);
  if (raw !== null)
    problems.push(
      `U+${raw[0].charCodeAt(0).toString(16)} is printed as it is: ${JSON.stringify(printed.slice(Math.max(0, raw.index - 60), raw.index + 20))}`,
    );
  if (printed.includes('SECRET')) problems.push('what lies outside is printed');
  if (scene.api.requests.length !== (row.sends ?? 0))
    problems.push(`${scene.api.requests.length} requests are sent`);
  if (JSON.stringify([...(await hashesBelow(secret))]) !== before)
    problems.push('something outside was changed');
  const strange = [...(await hashesBelow(scene.dir)).keys()].filter(
    (file) => !/^(project|outside|tmp\/summary)/.test(file),
  );
  if (strange.length > 0) problems.push(`${strange.join(', ')} was written outside`);
  const more = await row.check?.(scene, printed);
  if (typeof more === 'string') problems.push(more);
  return problems;
}

/** A black PNG with one bit for each pixel: 900 million pixels in 110 kB. */
function hugePng(side = 30_000): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const pixels = deflateSync(Buffer.alloc((1 + Math.ceil(side / 8)) * side), { level: 6 });
  return pngOf([
    ['IHDR', header],
    ['IDAT', pixels],
    ['IEND', Buffer.alloc(0)],
  ]);
}
