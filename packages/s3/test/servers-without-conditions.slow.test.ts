import { describe } from 'vitest';
import { remoteContract } from '../../core/test/remote-contract.ts';
import { remoteFaults } from '../../core/test/remote-faults.ts';
import { s3 } from '../src/s3.ts';
import { bucket, missingPackages, startFauxqs, startSwift } from './support/s3-servers.ts';
import { buysOnlyAlone, underTest, useServer } from './support/s3-under-test.ts';

const noSwift = missingPackages(
  ['swift-proxy-server', 'swift-object-server', 'memcached'],
  'swift-proxy swift-account swift-container swift-object memcached',
);
describe.skipIf(noSwift !== '')(`OpenStack${noSwift}`, () => {
  const server = useServer(startSwift);
  // Two pages of it were listed on 2026-11-28, which takes half a minute.
  remoteContract('Swift', () => underTest(server(), 'never', { manyNames: 150 }));
  buysOnlyAlone(server);
});

describe('a server that ignores conditions', () => {
  const server = useServer(startFauxqs);
  remoteContract('fauxqs', () => underTest(server(), 'again', { checksCredentials: false }));
  buysOnlyAlone(server);
});

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
