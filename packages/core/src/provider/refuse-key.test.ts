import { describe, expect, test } from 'vitest';
import { type Destination, refuseKey, type Source, trustedHostsIn } from './refuse-key.ts';

const name = 'OPENAI_BASE_URL';
const gateway = 'https://gateway.example/v1';

function to(baseUrl: string | null, source: Source = 'user'): Destination {
  return { baseUrl, name, source, accounts: [] };
}

function key(source: Source) {
  return { name: 'OPENAI_API_KEY', source };
}

describe('a key goes', () => {
  test.each([
    ['the user’s, to the provider', key('user'), to(null)],
    [
      'the user’s, to the provider, where an empty address is the clone’s',
      key('user'),
      to(null, 'clone'),
    ],
    ['the user’s, to an address of the user’s', key('user'), to(gateway)],
    ['the clone’s, to the provider', key('clone'), to(null)],
    ['the clone’s, to an address of the user’s', key('clone'), to(gateway)],
    ['the clone’s, to an address of the clone’s', key('clone'), to(gateway, 'clone')],
    ['none, to an address of the clone’s', null, to(gateway, 'clone')],
    ['to this machine, unencrypted', key('user'), to('http://127.0.0.1:8080/v1')],
    ['to this machine by name', key('user'), to('http://localhost/v1')],
    ['to this machine by IPv6', key('user'), to('http://[::1]:1/v1')],
  ])('%s', (_, sent, destination) => {
    expect(refuseKey(sent, destination, [])).toBeNull();
  });
});

describe('a key stays', () => {
  test.each([
    ['of the user’s, for an address of the clone’s', to(gateway, 'clone'), 'gateway.example'],
    [
      'for this machine, too: another user may listen',
      to('http://127.0.0.1:81/', 'clone'),
      '127.0.0.1:81',
    ],
    [
      'for the clone’s spelling of a host',
      to('https://API.openai.com.evil.example', 'clone'),
      'api.openai.com.evil.example',
    ],
  ])('%s', (_, destination, host) => {
    expect(refuseKey(key('user'), destination, ['other.example'])).toBe(
      `OPENAI_API_KEY is not sent to ${host}: it is from your environment, and OPENAI_BASE_URL is from a .env file, which comes with the project. Remove OPENAI_BASE_URL there; or, if you trust that host, set TINTYPE_TRUST_HOST=${host} in your environment`,
    );
  });

  test.each([
    'http://gateway.example/v1',
    'http://192.168.0.9:8080/',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example',
  ])('off an unencrypted connection: %s', (address) => {
    const { host } = new URL(address);
    for (const source of ['user', 'clone'] as const) {
      expect(refuseKey(key(source), to(address, source), [])).toContain(
        `TINTYPE_TRUST_HOST=${host} `,
      );
      expect(refuseKey(null, to(address, source), [])).toContain('begins with http:');
    }
  });
});

describe('an account', () => {
  const account = (source: Source) => [{ name: 'OPENAI_ORG_ID', source }];

  test('of the clone’s is not asked on with a key of the user’s', () => {
    const destination = { ...to(null), accounts: account('clone') };
    expect(refuseKey(key('user'), destination, [])).toContain('OPENAI_ORG_ID, which decides which');
    expect(refuseKey(key('clone'), destination, [])).toBeNull();
  });

  test('of the person is not sent to a host that the clone names', () => {
    const destination = { ...to(gateway, 'clone'), accounts: account('user') };
    expect(refuseKey(key('clone'), destination, [])).toMatch(
      /^OPENAI_ORG_ID is not sent to gateway/,
    );
  });
});

describe('a trusted host', () => {
  test.each([
    ['gateway.example', gateway],
    ['a.example, GATEWAY.example ', gateway],
    ['gateway.example:443', gateway],
    ['gateway.example', 'https://gateway.example:8443/'],
    ['gateway.example:8443', 'https://gateway.example:8443/'],
    ['gateway.example:80', 'http://gateway.example/'],
    ['[fe80::1]:8080', 'http://[fe80::1]:8080/'],
  ])('%s is %s', (list, address) => {
    expect(refuseKey(key('user'), to(address, 'clone'), trustedHostsIn(list))).toBeNull();
  });

  test.each([
    '',
    ',',
    'example',
    '*.example',
    'gateway.example:8080',
    'https://gateway.example',
    'gateway.example.',
  ])('"%s" is not gateway.example', (list) => {
    expect(refuseKey(key('user'), to(gateway, 'clone'), trustedHostsIn(list))).not.toBeNull();
  });
});
