import { expect, test } from 'vitest';
import {
  startInPs,
  startInStat,
  startInTicks,
  startOf,
  type StartSources,
} from './process-start.ts';

function sources(given: Partial<StartSources>): StartSources {
  return {
    platform: 'darwin',
    read: () => Promise.resolve(''),
    ask: () => Promise.resolve(''),
    ...given,
  };
}

const fields = (state: string) =>
  `4711 (no (de) x) ${state} 1 4711 4711 0 -1 4194560 1 0 0 0 5 2 0 0 20 0 11 0 987654 1 2 3`;

test('the beginning is found behind a name that holds brackets and spaces', () => {
  expect(startInStat(fields('S'))).toBe('987654');
  expect(startInStat(fields('Z'))).toBeNull();
  expect(startInStat('4711 (cut')).toBe('');
});

test('ps says it as macOS and the BSDs do, whatever the column is padded with', () => {
  expect(startInPs('Ss   Sat Nov  8 08:57:07 2026    \n')).toBe('Sat Nov 8 08:57:07 2026');
  expect(startInPs('R+   Sun 29 Nov 23:01:00 2026\n')).toBe('Sun 29 Nov 23:01:00 2026');
  expect(startInPs('Z    Sat Nov  8 08:57:07 2026\n')).toBeNull();
  expect(startInPs('')).toBe('');
});

test('PowerShell says it in ticks', () => {
  expect(startInTicks('133773946270000000\r\n')).toBe('133773946270000000');
  expect(startInTicks('Get-Process : Cannot find a process')).toBe('');
});

test('each system is asked in its own way, by programs of its own', async () => {
  const commands: [string, ...string[]][] = [];
  const ask =
    (text: string): StartSources['ask'] =>
    (program, args) => {
      commands.push([program, ...args]);
      return Promise.resolve(text);
    };
  const mac = sources({ ask: ask('S    Sat Nov  8 08:57:07 2026\n') });
  expect(await startOf(4711, mac)).toBe('Sat Nov 8 08:57:07 2026');
  const windows = sources({ platform: 'win32', ask: ask('133773946270000000') });
  expect(await startOf(4711, windows)).toBe('133773946270000000');
  expect(await startOf(4711, sources({}))).toBe('');
  for (const [program, ...args] of commands) {
    expect(program).toMatch(/^(\/|C:\\)/);
    expect(args.join(' ')).toContain('4711');
  }
});

test('two reads of this process’s start agree', async () => {
  const own = await startOf(process.pid);
  expect(own).not.toBe('');
  expect(await startOf(process.pid)).toBe(own);
});
