import { describe, expect, test } from 'vitest';
import { outcomeOf, remoteContract } from '../../core/test/remote-contract.ts';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { s3 } from '../src/s3.ts';
import { missingPackages, startRgw } from './support/s3-servers.ts';
import { machine, remoteOf, underTest, useServer } from './support/s3-under-test.ts';

const noRgw = missingPackages(
  ['ceph', 'ceph-mon', 'ceph-mgr', 'ceph-osd', 'radosgw'],
  'ceph-mon ceph-osd ceph-mgr radosgw ceph-common',
);
describe.skipIf(noRgw !== '')(`Ceph${noRgw}`, () => {
  const api = useApi();
  const server = useServer(startRgw);
  remoteContract("Ceph's RGW", () => underTest(server(), 'once'));

  test('a bucket that does not exist is reported, and does not look like an empty bucket', async () => {
    const { endpoint, credentials } = server();
    const absent = s3({ bucket: 'absent', endpoint, credentials: async () => credentials });
    const errors = [
      await outcomeOf(absent.get('a', { maxBytes: 10 })),
      await outcomeOf(absent.put('a', Buffer.from('b'))),
      await outcomeOf(absent.create('a', Buffer.from('b'))),
    ];
    expect(errors).toMatchObject(errors.map(() => ({ code: 'remote-denied' })));
    expect(String(errors[0])).toContain('s3://absent does not exist');
  });

  test('machines that want one picture at once buy it once, and all have it', async () => {
    await using one = await machine(api());
    await using two = await machine(api());
    await using three = await machine(api());
    const store = { originals: remoteOf(server(), 'shared') };
    const runs = await Promise.all(
      [one, two, three].map((each) => each.generate({ options: { store } })),
    );
    expect(runs.map(({ result }) => result?.failed)).toEqual([0, 0, 0]);
    expect(runs.filter(({ result }) => result?.bought === 1)).toHaveLength(1);
    expect(billedPrompts(api())).toEqual(['fox']);
  });
});
