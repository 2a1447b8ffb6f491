import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Check } from './check-markup.ts';

/** What nginx says about lines of a `server`, if it is installed. */
export const nginxProblems: Check = async (code) => {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-nginx-'));
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  await writeFile(
    file,
    `pid ${folder}/pid; events {} http { access_log off; ${temporary.join(' ')} server { listen 127.0.0.1:1; ${code} } }`,
  );
  try {
    await promisify(execFile)('nginx', ['-t', '-q', '-p', folder, '-c', file, '-e', 'stderr']);
    return [];
  } catch (error) {
    const { code: cause, stderr } = error as { code: unknown; stderr: string };
    return cause === 'ENOENT' ? [] : [stderr];
  } finally {
    await rm(folder, { recursive: true });
  }
};
