import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { NoCredentials, type S3Credentials } from './credentials.ts';
import { webIdentityCredentials } from './web-identity.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The credentials that the environment names, where AWS's own clients look first: keys, a profile with keys, a web identity. No
 * variable says which server they go to. Throws `NoCredentials`.
 */
export async function environmentCredentials(env: Env, sts: URL): Promise<S3Credentials> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_ROLE_ARN: roleArn,
  } = env;
  if (accessKeyId && secretAccessKey)
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  const fromProfile = await profileCredentials(env);
  if (fromProfile !== null) return fromProfile;
  if (tokenFile && roleArn)
    return webIdentityCredentials({ tokenFile, roleArn, name: env.AWS_ROLE_SESSION_NAME, sts });
  throw new NoCredentials(
    'needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or pass credentials to s3(…)',
  );
}

/** `null`: there is no file, or no default profile in it. */
async function profileCredentials(env: Env): Promise<S3Credentials | null> {
  const path = env.AWS_SHARED_CREDENTIALS_FILE || join(homedir(), '.aws', 'credentials');
  const text = await readFile(path, 'utf8').catch(() => '');
  const profile = profileIn(text, env.AWS_PROFILE || 'default');
  const accessKeyId = profile.get('aws_access_key_id');
  const secretAccessKey = profile.get('aws_secret_access_key');
  const sessionToken = profile.get('aws_session_token');
  if (accessKeyId && secretAccessKey)
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  if (!env.AWS_PROFILE) return null;
  throw new NoCredentials(
    `needs credentials: the profile that AWS_PROFILE names has no keys in ${path}; for SSO and roles, pass fromNodeProviderChain() of @aws-sdk/credential-providers as credentials`,
  );
}

/** The settings of a profile, from an INI file. */
function profileIn(text: string, profile: string): Map<string, string> {
  const settings = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const [, head] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
    section = head?.trim() ?? section;
    const equals = line.indexOf('=');
    const isSetting = !/^\s*[#;[]/.test(line) && equals > 0 && section === profile;
    if (isSetting) settings.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return settings;
}
