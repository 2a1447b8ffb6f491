import { http, type Remote, TintypeError } from '@tintype/core';
import { environmentCredentials } from './environment-credentials.ts';
import { type S3Credentials, rememberCredentials } from './credentials.ts';
import { explain } from './explain.ts';
import { listObjects } from './list-objects.ts';
import { sign } from './sign.ts';

export interface S3Options {
  readonly bucket: string;
  /** Where in the bucket, such as `site/tintype`. @default its top */
  readonly prefix?: string;
  /** The server, such as `https://s3.example.com`. @default AWS in `region` */
  readonly endpoint?: string | URL;
  /** @default 'us-east-1', which most servers other than AWS take */
  readonly region?: string;
  /**
   * Whether the bucket is in the path of a URL, and not in the name of the host.
   * @default true with an `endpoint`, or if the bucket's name has a dot
   */
  readonly forcePathStyle?: boolean;
  /**
   * Returns the credentials, such as `fromNodeProviderChain()` of `@aws-sdk/credential-providers`. They are renewed 5
   * minutes before they expire. @default the environment, a profile, or web identity: see README.md
   */
  readonly credentials?: () => Promise<S3Credentials>;
  /** The server that exchanges a web identity for credentials. @default AWS in `region` */
  readonly stsEndpoint?: string | URL;
}

/**
 * A bucket of S3, or of a server that speaks its protocol. Throws `config` if an option cannot be used. Opens no connection
 * and reads no credentials before its first request.
 */
export function s3(options: S3Options): Remote {
  const { bucket, prefix = '', region = 'us-east-1' } = options;
  check(isBucket(bucket), 'bucket', 'the name of a bucket');
  check(prefix === '' || isPrefix(prefix), 'prefix', 'a path such as site/tintype');
  check(/^[a-z0-9-]{1,40}$/.test(region), 'region', 'the name of a region');
  const isPathStyle =
    options.forcePathStyle ?? (options.endpoint !== undefined || bucket.includes('.'));
  const bucketUrl = addressOf('endpoint', options.endpoint ?? `https://s3.${region}.amazonaws.com`);
  if (isPathStyle) bucketUrl.pathname = `/${bucket}/`;
  else bucketUrl.hostname = `${bucket}.${bucketUrl.hostname}`;
  const sts = addressOf(
    'stsEndpoint',
    options.stsEndpoint ?? `https://sts.${region}.amazonaws.com`,
  );

  const folder = prefix === '' ? '' : `${prefix}/`;
  const label = `s3://${bucket}/${folder}`.replace(/\/$/, '');
  const credentials = rememberCredentials(
    label,
    options.credentials ?? (() => environmentCredentials(process.env, sts)),
  );
  return http({
    url: new URL(folder, bucketUrl),
    label,
    explain,
    headers: async (request) => sign(request, region, await credentials()),
    list: (names, get) => listObjects(label, bucketUrl, folder, names, get),
  });
}

function check(isSound: boolean, option: keyof S3Options, expected: string): asserts isSound {
  if (!isSound) throw new TintypeError('config', `${option} of s3(…) must be ${expected}`);
}

function isBucket(bucket: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(bucket);
}

function isPrefix(prefix: string): boolean {
  const isPart = (part: string) => /^[A-Za-z0-9._-]+$/.test(part) && !/^\.+$/.test(part);
  return prefix.length <= 256 && prefix.split('/').every(isPart);
}

/** The value is not repeated, because it may contain a password. */
function addressOf(option: 'endpoint' | 'stsEndpoint', given: string | URL): URL {
  const url = URL.parse(String(given));
  const isSound =
    url !== null &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.username + url.password + url.search + url.hash === '' &&
    url.pathname === '/';
  check(isSound, option, 'an address such as https://s3.example.com, without a path');
  return url;
}
