import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type IdSources,
  keptMachineId,
  machineGuid,
  machineId,
  platformUuid,
} from './machine-id.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tintype-machine-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

// In the form in which macOS prints it.
const ioreg = `+-o Mac14,2  <class IOPlatformExpertDevice, id 0x10000024d, registered>
    {
      "IOPolledInterface" = "AppleARMWatchdogTimerHibernateHandler is not serializable"
      "manufacturer" = <"Apple Inc.">
      "IOPlatformUUID" = "6F1A2B3C-4D5E-5F60-8718-293A4B5C6D7E"
      "IOPlatformSerialNumber" = "XXXXXXXXXX"
    }
`;
// In the form in which Windows prints it.
const registry = `\r
HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\r
    MachineGuid    REG_SZ    0f3c1b5e-8d2a-4a7b-9c60-1e2d3c4b5a69\r
\r
`;

function sources(given: Partial<IdSources>): IdSources {
  return {
    platform: 'linux',
    read: () => Promise.resolve(''),
    ask: () => Promise.resolve(''),
    keptId: () => Promise.resolve('kept'),
    ...given,
  };
}

test('the id of macOS and of Windows is read out of what they print', () => {
  expect(platformUuid(ioreg)).toBe('6F1A2B3C-4D5E-5F60-8718-293A4B5C6D7E');
  expect(machineGuid(registry)).toBe('0f3c1b5e-8d2a-4a7b-9c60-1e2d3c4b5a69');
  for (const nothing of ['', 'ERROR: The system was unable to find the specified registry key']) {
    expect(platformUuid(nothing)).toBe('');
    expect(machineGuid(nothing)).toBe('');
  }
});

test('each system is asked in its own way, and the kept id is used if it has no answer', async () => {
  const commands: string[] = [];
  const says = (text: string) => (program: string) => {
    commands.push(program);
    return Promise.resolve(text);
  };
  expect(await machineId(sources({ platform: 'darwin', ask: says(ioreg) }))).toMatch(/^6F1A/);
  expect(await machineId(sources({ platform: 'win32', ask: says(registry) }))).toMatch(/^0f3c/);
  expect(await machineId(sources({ platform: 'darwin', ask: says('') }))).toBe('kept');
  expect(commands.every((program) => /^(\/|C:\\)/.test(program))).toBe(true);
  const read = (path: string) =>
    Promise.resolve(path === '/etc/machine-id' ? 'b08dfa6083e7567a1921a715000001fb\n' : '');
  expect(await machineId(sources({ read }))).toBe('b08dfa6083e7567a1921a715000001fb');
  expect(await machineId(sources({ read: () => Promise.resolve('uninitialized\n') }))).toBe('kept');
});

test('the kept id is made once, by whichever process is first, and is readable by its user only', async () => {
  const path = join(dir, 'config', 'machine-id');
  const ids = await Promise.all(Array.from({ length: 8 }, () => keptMachineId(path)));
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toBe((await readFile(path, 'utf8')).trim());
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('what is no id is left alone, and is none', async () => {
  const path = join(dir, 'machine-id');
  for (const text of ['', '../../etc/passwd', 'x'.repeat(100_000)]) {
    await writeFile(path, text);
    expect(await keptMachineId(path)).toBe('');
    expect(await readFile(path, 'utf8')).toBe(text);
  }
  expect(await keptMachineId(join(path, 'below a file'))).toBe('');
});
