import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { outcomeOf } from '../../core/test/remote-contract.ts';
import { s3, type S3Options } from '../src/s3.ts';

/** Two servers in one: paths below the bucket are S3's, `/` is the one that exchanges web identities. */
let requests: { readonly request: IncomingMessage; readonly body: string }[];
let answer: (response: ServerResponse) => void;
let url: string;
let home: string;
const server = createServer(async (request, response) => {
  requests.push({ request, body: await text(request) });
  if (request.url === '/') answer(response);
  else response.writeHead(200, { 'content-length': '1' }).end('x');
});

beforeEach(async () => {
  requests = [];
  answer = (response) => void response.writeHead(500).end();
  home = await mkdtemp(join(tmpdir(), 'tintype-credentials-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const names = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  for (const name of names) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(home, { recursive: true });
});

const bucket = (options: Partial<S3Options> = {}) =>
  s3({ bucket: 'tintype', endpoint: url, stsEndpoint: url, ...options });
/** The access key that signed the last request to S3. */
const signedBy = () => {
  const { headers } = requests.findLast(({ request }) => request.url !== '/')!.request;
  return /Credential=([^/]+)\//.exec(headers.authorization!)![1];
};

test('keys of the environment come first, with their session token', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'from-environment');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'planted-secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'planted-token');
  await writeFile(
    join(home, 'credentials'),
    '[default]\naws_access_key_id=from-file\naws_secret_access_key=planted-secret\n',
  );
  await bucket().size('a');
  expect(signedBy()).toBe('from-environment');
  expect(requests[0]!.request.headers['x-amz-security-token']).toBe('planted-token');
  expect(JSON.stringify(requests[0]!.request.headers)).not.toContain('planted-secret');
  expect(requests[0]!.request.url).not.toContain('planted');
});

test('the profile that AWS_PROFILE names is used, or the default one', async () => {
  const file = `
# a comment = with an equals sign
[default]
aws_access_key_id = from-default
aws_secret_access_key = a=b/c+d==

[team]\r
aws_access_key_id=from-team\r
aws_secret_access_key=planted-secret\r
[sso]
sso_session = corp
`;
  await writeFile(join(home, 'credentials'), file);
  await bucket().size('a');
  expect(signedBy()).toBe('from-default');
  vi.stubEnv('AWS_PROFILE', 'team');
  await bucket().size('a');
  expect(signedBy()).toBe('from-team');
  vi.stubEnv('AWS_PROFILE', 'sso');
  const error = await outcomeOf(bucket().size('a'));
  expect(error).toMatchObject({ code: 'remote-denied' });
  expect(String(error)).toContain('fromNodeProviderChain()');
});

test('without any credentials no request is sent, and the message says what to set', async () => {
  const error = await outcomeOf(bucket({ prefix: 'site' }).put('a', Buffer.from('b')));
  expect(error).toMatchObject({ code: 'remote-denied' });
  expect(String(error)).toContain('s3://tintype/site needs credentials: set AWS_ACCESS_KEY_ID');
  expect(requests).toEqual([]);
});

const stsAnswer = (expiration: string) => `<AssumeRoleWithWebIdentityResponse
  xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
  <SubjectFromWebIdentityToken>repo:team/site</SubjectFromWebIdentityToken><Credentials>
  <SessionToken>planted-session</SessionToken><SecretAccessKey>planted-secret</SecretAccessKey>
  <Expiration>${expiration}</Expiration><AccessKeyId>from-role</AccessKeyId></Credentials>
  </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

async function setWebIdentity(): Promise<void> {
  await writeFile(join(home, 'token'), 'planted-identity\n');
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(home, 'token'));
  vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/ci');
}

test('a web identity is exchanged once for a run, and again before it expires', async () => {
  await setWebIdentity();
  let lifetimeMs = 3_600_000;
  answer = (response) =>
    void response.end(stsAnswer(new Date(Date.now() + lifetimeMs).toISOString()));
  const remote = bucket();
  await Promise.all([remote.size('a'), remote.size('b'), remote.put('c', Buffer.from('d'))]);
  expect(signedBy()).toBe('from-role');
  const exchanges = () => requests.filter(({ request }) => request.url === '/');
  expect(exchanges().length).toBe(1);
  expect(Object.fromEntries(new URLSearchParams(exchanges()[0]!.body))).toEqual({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::123456789012:role/ci',
    RoleSessionName: 'tintype',
    WebIdentityToken: 'planted-identity',
  });

  lifetimeMs = 200_000;
  const short = bucket();
  await short.size('a');
  await short.size('a');
  expect(exchanges().length).toBe(3);
});

test.each<[string, (response: ServerResponse) => void]>([
  ['refuses', (response) => void response.writeHead(403).end('planted-identity')],
  ['answers with something else', (response) => void response.end('planted-identity')],
  ['answers without an end', (response) => endless(response)],
  ['redirects', (response) => void response.writeHead(302, { location: `${url}/else` }).end()],
  ['hangs up', (response) => void response.socket!.destroy()],
])('a server of identities that %s denies, and no error repeats the token', async (_, given) => {
  await setWebIdentity();
  answer = given;
  const error = await outcomeOf(bucket().size('a'));
  expect(error).toMatchObject({ code: 'remote-denied' });
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('planted');
  expect(requests.length).toBe(1);
});

function endless(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write('<Credentials>'.repeat(1000)));
  };
  response.on('drain', more);
  more();
}

test('what a function for credentials throws is not repeated, and the function is called again', async () => {
  const results = [new Error('planted-secret'), { accessKeyId: 'later', secretAccessKey: 'key' }];
  const remote = bucket({
    credentials: async () => {
      const result = results.shift()!;
      if (result instanceof Error) throw result;
      return result;
    },
  });
  const error = await outcomeOf(remote.size('a'));
  expect(error).toMatchObject({ code: 'remote-denied' });
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('planted');
  await remote.size('a');
  expect(signedBy()).toBe('later');
});

test('credentials that no header can carry are refused and not repeated', async () => {
  const whole = { accessKeyId: 'id', secretAccessKey: 'key' };
  for (const part of ['accessKeyId', 'secretAccessKey', 'sessionToken']) {
    const odd = { ...whole, [part]: 'planted\n' };
    const error = await outcomeOf(bucket({ credentials: async () => odd }).size('a'));
    expect(error).toMatchObject({ code: 'remote-denied' });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('planted');
  }
  expect(requests).toEqual([]);
});

test('no variable of the environment names the server that a request goes to', async () => {
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_STS'])
    vi.stubEnv(name, 'http://127.0.0.1:9');
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://127.0.0.1:9');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'from-environment');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'planted-secret');
  await bucket().size('a');
  expect(requests.length).toBe(1);
});

test.each<[Partial<S3Options>, string]>([
  [{ bucket: 'a/b' }, 'bucket'],
  [{ prefix: '../b' }, 'prefix'],
  [{ prefix: '/b' }, 'prefix'],
  [{ region: 'evil.example.com/' }, 'region'],
  [{ endpoint: 'https://user:planted@s3.example.com' }, 'endpoint'],
  [{ endpoint: 'https://s3.example.com/path' }, 'endpoint'],
  [{ endpoint: 'ftp://s3.example.com' }, 'endpoint'],
  [{ stsEndpoint: 'https://sts.example.com?planted' }, 'stsEndpoint'],
])('%j is refused', (options, named) => {
  let error: unknown;
  try {
    bucket(options);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: 'config' });
  expect(String(error)).toContain(`${named} of s3(…) must be`);
  expect(String(error)).not.toContain('planted');
});
