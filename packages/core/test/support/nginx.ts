import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startServer } from './server-process.ts';

export interface Nginx {
  readonly url: string;
  /** The folder that is served. */
  readonly root: string;
  readonly stop: () => Promise<void>;
}

/** nginx with WebDAV's PUT and DELETE, and listings in JSON, for one user and password. */
export async function startNginx(user: string, password: string): Promise<Nginx> {
  const dir = await mkdtemp(join(tmpdir(), 'tintype-nginx-'));
  const port = await freePort();
  await writeFile(join(dir, 'users'), `${user}:{PLAIN}${password}\n`);
  await writeFile(join(dir, 'nginx.conf'), configOf(dir, port));
  const url = `http://127.0.0.1:${port}/team`;
  const args = ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')];
  const server = await startServer('nginx', args, url);
  const stop = async () => {
    await server.stop();
    await rm(dir, { recursive: true });
  };
  return { url, root: join(dir, 'files', 'team'), stop };
}

/** One process in the foreground that writes only to its folder. */
function configOf(dir: string, port: number): string {
  const isRoot = process.getuid?.() === 0;
  return `
daemon off;
master_process off;
pid ${dir}/pid;
${isRoot ? 'user root;' : ''}
events {}
http {
  access_log off;
  client_body_temp_path ${dir}/uploads;
  proxy_temp_path ${dir}/unused;
  fastcgi_temp_path ${dir}/unused;
  uwsgi_temp_path ${dir}/unused;
  scgi_temp_path ${dir}/unused;
  client_max_body_size 50m;
  server {
    listen 127.0.0.1:${port};
    root ${dir}/files;
    auth_basic tintype;
    auth_basic_user_file ${dir}/users;
    location / {
      dav_methods PUT DELETE;
      create_full_put_path on;
      autoindex on;
      autoindex_format json;
    }
  }
}
`;
}
