import { createHash } from 'node:crypto';
import type { HttpHeaders, HttpRequest } from '@tintype/core';
import { AwsV4Signer } from 'aws4fetch';
import type { S3Credentials } from './credentials.ts';

/** The headers that sign a request. They hold the hash of its body, so a server refuses other bytes. */
export async function sign(
  { method, url, headers, body }: HttpRequest,
  region: string,
  { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
): Promise<HttpHeaders> {
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex');
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: { ...headers, 'x-amz-content-sha256': hash },
    service: 's3',
    region,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
  return Object.fromEntries((await signer.sign()).headers);
}
