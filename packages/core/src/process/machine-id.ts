import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { askSystem } from './ask-system.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';

/** Where a machine's id can come from. */
export interface IdSources {
  readonly platform: NodeJS.Platform;
  /** A file's text; `''`: it cannot be read. */
  readonly read: (path: string) => Promise<string>;
  /** A program's output; `''`: it cannot be run. */
  readonly ask: (program: string, args: readonly string[]) => Promise<string>;
  /** A random id that the user's own folder keeps; `''`: it cannot. */
  readonly keptId: () => Promise<string>;
}

/**
 * Identifies this machine, whatever its host name is: by the operating system's own id, otherwise by a random one that the
 * user's config folder keeps. `''`: there is none, so processes on other machines never count as dead.
 */
export async function machineId(sources: IdSources = ownSources): Promise<string> {
  return (await systemId(sources)) || sources.keptId();
}

async function systemId({ platform, read, ask }: IdSources): Promise<string> {
  if (platform === 'darwin')
    return platformUuid(await ask('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']));
  if (platform === 'win32')
    return machineGuid(
      await ask(String.raw`C:\Windows\System32\reg.exe`, [
        'query',
        String.raw`HKLM\SOFTWARE\Microsoft\Cryptography`,
        '/v',
        'MachineGuid',
      ]),
    );
  // The id of this boot comes before the machine's, because copies of one disk image have the same machine id.
  for (const path of ['/proc/sys/kernel/random/boot_id', '/etc/machine-id', '/etc/hostid']) {
    const id = (await read(path)).trim();
    if (/^[0-9a-f-]{8,64}$/i.test(id)) return id;
  }
  return '';
}

/** Reads the id from the output of `ioreg -rd1 -c IOPlatformExpertDevice`. */
export function platformUuid(text: string): string {
  return /"IOPlatformUUID"\s*=\s*"([0-9A-Fa-f-]{36})"/.exec(text)?.[1] ?? '';
}

/** Reads the id from the output of `reg query …\Cryptography /v MachineGuid`. */
export function machineGuid(text: string): string {
  return /\bMachineGuid\s+REG_SZ\s+([0-9A-Fa-f-]{36})/.exec(text)?.[1] ?? '';
}

/** The id in a file of the user, which is made if it does not exist. A file that is not an id is left alone, and gives none. */
export async function keptMachineId(path: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // The file is complete from its first instant, because another process may read it at once.
    const aside = `${path}.${randomUUID()}`;
    await writeFile(aside, `${randomUUID()}\n`, { flag: 'wx', mode: 0o600 });
    await link(aside, path).catch(() => {});
    await removeFile(aside);
    const id = (await readRegular(path)).toString('utf8').trim();
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : '';
  } catch {
    return '';
  }
}

const ownSources: IdSources = {
  platform: process.platform,
  read: (path) => readFile(path, 'utf8').catch(() => ''),
  ask: askSystem,
  keptId: () => keptMachineId(join(homedir(), '.config', 'tintype', 'machine-id')),
};
