import type { RemoteProblem } from '@tintype/core';

/** What the body of an S3 error says, if that is more than the status says; otherwise `null`. */
export function explain(_status: number, body: string): RemoteProblem | null {
  const [, code = ''] = /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(body) ?? [];
  const known = problems[code];
  // Repeats only codes of this table, because a server could repeat a key in its answer.
  return known === undefined ? null : { code: known[0], problem: `${known[1]} (${code})` };
}

const denied = 'remote-denied';
const elsewhere = 'is in another region; set region of s3(…)';
const changed = 'received other bytes than were sent';

/** Error codes of S3's API reference, by the code that Tintype's callers decide by. */
const problems: Readonly<Record<string, readonly [RemoteProblem['code'], string]>> = {
  NoSuchBucket: [denied, 'does not exist; create the bucket, or correct its name'],
  AccessDenied: [denied, 'denies access to these credentials'],
  InvalidAccessKeyId: [denied, 'does not know the access key'],
  SignatureDoesNotMatch: [denied, 'refuses the signature; check the secret key and the region'],
  ExpiredToken: [denied, 'says that the credentials have expired'],
  InvalidToken: [denied, 'refuses the session token'],
  TokenRefreshRequired: [denied, 'says that the session token has expired'],
  RequestTimeTooSkewed: [denied, 'says that the clock of this machine is wrong'],
  AuthorizationHeaderMalformed: ['remote-unsupported', elsewhere],
  PermanentRedirect: ['remote-unsupported', elsewhere],
  TemporaryRedirect: ['remote-unavailable', 'is not ready yet'],
  RequestTimeout: ['remote-unavailable', 'did not receive the upload in time'],
  BadDigest: ['remote-unavailable', changed],
  XAmzContentSHA256Mismatch: ['remote-unavailable', changed],
};
