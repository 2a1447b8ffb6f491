import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { openScene, type Scene } from '../../core/test/robustness/scene.ts';
import { tintypeBin } from '../../core/test/support/tintype-bin.ts';

/** Why no terminal can be tested; `''`: one can. */
const missing = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
      ? ''
      : 'script is not that of util-linux';
  } catch {
    return 'apt-get install -y --no-install-recommends bsdutils';
  }
})();

const image = 'quality: low, size: 1408x480, placeholder: none, decorative: true';
const hostile = String.raw`"a\e[2J\e]0;owned\a\x9b1A\r\x07\u202e cat"`;
const raw = 'no\x1b[2J\x1b]0;owned\x07\x9b1A\r\nfaked\u202e line';

const ctrlC = '\x03';

describe.skipIf(missing !== '')(`on a terminal${missing && ` (skipped: ${missing})`}`, () => {
  test(
    'hostile prompts and messages of an API are only shown as text',
    { timeout: 300_000 },
    async () => {
      await using scene = await openScene({
        'a.images.yaml': `images:\n  ada: { prompt: ${hostile}, ${image} }\n  bob: { prompt: bob, ${image} }\n`,
      });
      const error = { message: raw, type: raw, param: null, code: null };
      scene.api.fail({ kind: 'error', status: 400, billed: false, error }, { prompt: 'bob' });
      const terminal = openTerminal(scene);
      expect(await terminal.ended).toBe(1);
      expectHarmless(terminal.text());
      // oxlint-disable-next-line no-control-regex
      const unwrapped = terminal.text().replaceAll(/\x1b\[K\r?\n\s*/g, ' ');
      expect(unwrapped).toContain('faked line');
    },
  );

  test(
    'hostile ids and values in a manifest are only shown as text',
    { timeout: 300_000 },
    async () => {
      await using scene = await openScene({
        'a.images.yaml': `images:\n  ${hostile}: { prompt: x, quality: ${hostile}, ${hostile}: 1, alt: y }\n`,
      });
      const terminal = openTerminal(scene);
      expect(await terminal.ended).toBe(2);
      expectHarmless(terminal.text());
      expect(terminal.text()).toContain('bad-id');
    },
  );

  test(
    'Ctrl-C waits for what is in flight, and the cursor comes back',
    { timeout: 300_000 },
    async () => {
      await using scene = await openScene(
        { 'a.images.yaml': `images:\n  ada: { prompt: ada, ${image} }\n` },
        { latencyMs: 3000 },
      );
      const terminal = openTerminal(scene);
      await terminal.shows('ada');
      // The picture is shown before it is requested.
      await vi.waitFor(() => expect(scene.api.ledger).toHaveLength(1), { timeout: 60_000 });
      terminal.press(ctrlC);
      expect(await terminal.ended).toBe(130);
      expectHarmless(terminal.text());
      expect(terminal.text()).toContain('Interrupted');
      // What was paid for is stored.
      const { code } = await scene.run({ args: ['plan', '--json'] });
      expect(code).toBe(0);
      expect(scene.api.ledger).toHaveLength(1);
      expect((await scene.run()).code).toBe(0);
      expect(scene.api.ledger).toHaveLength(1);
    },
  );

  test(
    'a second Ctrl-C stops at once, and the cursor comes back',
    { timeout: 300_000 },
    async () => {
      await using scene = await openScene(
        { 'a.images.yaml': `images:\n  ada: { prompt: ada, ${image} }\n` },
        { latencyMs: 100_000 },
      );
      const terminal = openTerminal(scene);
      await terminal.shows('ada');
      terminal.press(ctrlC);
      await terminal.shows('Interrupted');
      // A second signal within this time comes from the same key press.
      await sleep(300);
      terminal.press(ctrlC);
      expect(await terminal.ended).toBe(130);
      expectHarmless(terminal.text());
    },
  );
});

describe.skipIf(missing !== '')('if nothing says whether to buy', () => {
  async function asked(flags = '') {
    const scene = await openScene({
      'a.images.yaml': `images:\n  ada: { prompt: ada, ${image} }\n  bob: { prompt: bob, number_of_images: 2, ${image} }\n`,
    });
    const terminal = openTerminal(scene, flags);
    return { scene, terminal, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() };
  }

  test.each([
    ['Enter', '\r', 0, 3],
    ['y', 'y\r', 0, 3],
    ['what is no answer, then yes', 'maybe\ryes\r', 0, 3],
    ['n', 'n\r', 3, 0],
    ['the end of the input', '\x04', 3, 0],
    ['Ctrl-C', ctrlC, 130, 0],
  ])('a person is asked: %s', { timeout: 300_000 }, async (_, keys, exit, bought) => {
    await using session = await asked();
    const { scene, terminal } = session;
    await terminal.shows('3 pictures, up to $0.01, from openai: buy? [Y/n]');
    for (const key of keys) {
      terminal.press(key);
      await sleep(100);
    }
    expect(await terminal.ended).toBe(exit);
    expect(scene.api.ledger).toHaveLength(bought);
    // oxlint-disable-next-line no-control-regex -- readline moves the cursor with these
    expectHarmless(terminal.text().replaceAll(/\x1b\[(?:\d+G|0J)/g, ''));
    if (exit === 130) expect(terminal.text()).toContain('nothing was bought');
    if (exit === 3) expect(terminal.text()).toMatch(/ada {2}new {2}\$0\.\d+[^]*--missing buy/);
    if (bought === 0) expect(terminal.text()).not.toContain('in flight');
  });

  test('a run over the budget is refused before the question', { timeout: 300_000 }, async () => {
    await using session = await asked('--max-cost 0.001');
    expect(await session.terminal.ended).toBe(4);
    expect(session.terminal.text()).not.toContain('[Y/n]');
  });
});

interface Terminal {
  readonly text: () => string;
  readonly press: (key: string) => void;
  readonly shows: (text: string) => Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Runs `tintype` on a pseudo-terminal, which turns a key press into a signal as a real one does. */
function openTerminal({ project, api }: Scene, flags = '--yes'): Terminal {
  const command = `exec ${process.execPath} ${tintypeBin} --reporter pretty ${flags}`;
  const child: ChildProcess = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: project,
    env: {
      PATH: process.env['PATH'],
      TERM: 'xterm-256color',
      OPENAI_API_KEY: 'sk-terminal',
      OPENAI_BASE_URL: api.baseUrl,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (more: string) => (text += more));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    text: () => text,
    press: (key) => child.stdin!.write(key),
    shows: (part) => expect.poll(() => text).toContain(part),
    ended,
  };
}

// C0 except line feed and tab, DEL, C1, line separators, and everything that changes the direction of writing.
const HOSTILE =
  // oxlint-disable-next-line no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** Expects that only the view moves the cursor, colours or clears, and that the cursor is visible at the end. */
function expectHarmless(text: string): void {
  // oxlint-disable-next-line no-control-regex
  const own = /\x1b\[(?:\?25[lh]|\d+A|K|J|[\d;]*m)/g;
  // The terminal ends lines with CR LF, and echoes a key press.
  const rest = text.replaceAll(own, '').replaceAll(/\r+\n|\r/g, '\n');
  expect(rest).not.toMatch(HOSTILE);
  expect(text.lastIndexOf('\x1b[?25h')).toBeGreaterThanOrEqual(text.lastIndexOf('\x1b[?25l'));
}
