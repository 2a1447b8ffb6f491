import { describe } from 'vitest';
import { remoteContract, type RemoteUnderTest } from '../../core/test/remote-contract.ts';
import { remoteFaults } from '../../core/test/remote-faults.ts';
import { freePort } from '../../core/test/support/server-process.ts';
import { s3 } from '../src/s3.ts';
import {
  bucket,
  missingPackages,
  type S3Server,
  startFauxqs,
  startRgw,
  startSwift,
} from './support/s3-servers.ts';

async function underTest(
  server: S3Server,
  creates: RemoteUnderTest['creates'],
  { checksCredentials = true, manyNames = 1100 } = {},
): Promise<RemoteUnderTest> {
  const { endpoint, credentials, stop } = server;
  const options = { bucket, prefix: 'site/Tin.type', endpoint };
  const wrong = { ...credentials, secretAccessKey: 'planted-wrong-key-6121' };
  const away = `http://127.0.0.1:${await freePort()}`;
  return {
    remote: s3({ ...options, credentials: async () => credentials }),
    denied: checksCredentials ? s3({ ...options, credentials: async () => wrong }) : null,
    away: s3({ ...options, endpoint: away, credentials: async () => credentials }),
    secrets: [credentials.secretAccessKey, wrong.secretAccessKey],
    creates,
    canList: true,
    manyNames,
    close: stop,
  };
}

const noRgw = missingPackages(
  ['ceph', 'ceph-mon', 'ceph-mgr', 'ceph-osd', 'radosgw'],
  'ceph-mon ceph-osd ceph-mgr radosgw ceph-common',
);
describe.skipIf(noRgw !== '')(`Ceph${noRgw}`, () => {
  remoteContract("Ceph's RGW", async () => underTest(await startRgw(), 'once'));
});

const noSwift = missingPackages(
  ['swift-proxy-server', 'swift-object-server', 'memcached'],
  'swift-proxy swift-account swift-container swift-object memcached',
);
describe.skipIf(noSwift !== '')(`OpenStack${noSwift}`, () => {
  // Two pages of it were listed on 2026-11-28, which takes half a minute.
  remoteContract('Swift', async () => underTest(await startSwift(), 'never', { manyNames: 150 }));
});

remoteContract('fauxqs', async () =>
  underTest(await startFauxqs(), 'again', { checksCredentials: false }),
);

const planted = {
  accessKeyId: 'planted-access-4410',
  secretAccessKey: 'planted-secret-4411',
  sessionToken: 'planted-token-4412',
};
remoteFaults(
  's3',
  (endpoint) => s3({ bucket, endpoint, credentials: async () => planted }),
  Object.values(planted),
);
