import { readFile } from 'node:fs/promises';
import { proxiedFetch } from '@tintype/core';
import { NoCredentials, type S3Credentials } from './credentials.ts';
import { childrenIn, textIn } from './xml.ts';

export interface WebIdentity {
  /** The file of a token that a CI or a cluster has signed. It is read each time, because it is replaced. */
  readonly tokenFile: string;
  readonly roleArn: string;
  /** What the account's log calls the session. @default 'tintype' */
  readonly name: string | undefined;
  readonly sts: URL;
}

/**
 * Exchanges a web identity for credentials of a role (STS AssumeRoleWithWebIdentity). Throws `NoCredentials`; the answer is not
 * repeated, because it may repeat the token.
 */
export async function webIdentityCredentials(identity: WebIdentity): Promise<S3Credentials> {
  const { tokenFile, roleArn, name, sts } = identity;
  const token = await readFile(tokenFile, 'utf8').catch(() => null);
  if (token === null)
    throw new NoCredentials('needs credentials: AWS_WEB_IDENTITY_TOKEN_FILE cannot be read');
  const xml = await ask(
    sts,
    new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: name || 'tintype',
      WebIdentityToken: token.trim(),
    }),
  );
  const [found = ''] = childrenIn(xml, 'Credentials');
  const accessKeyId = textIn(found, 'AccessKeyId');
  const secretAccessKey = textIn(found, 'SecretAccessKey');
  const sessionToken = textIn(found, 'SessionToken');
  const expiration = new Date(textIn(found, 'Expiration') ?? '');
  const isWhole = accessKeyId !== null && secretAccessKey !== null && sessionToken !== null;
  if (!isWhole || Number.isNaN(expiration.getTime()))
    throw new NoCredentials(`needs credentials: the answer of ${sts.host} cannot be read`);
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

async function ask(sts: URL, body: URLSearchParams): Promise<string> {
  try {
    const response = await proxiedFetch(sts, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > 100_000) break;
    }
    if (response.ok) return text;
    const problem = `${sts.host} refuses the web identity (${response.status}); check AWS_ROLE_ARN and whom the role trusts`;
    throw new NoCredentials(`needs credentials: ${problem}`);
  } catch (error) {
    if (error instanceof NoCredentials) throw error;
    throw new NoCredentials(`needs credentials: ${sts.host} could not be reached`);
  }
}
