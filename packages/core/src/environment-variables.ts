/** An environment variable that Tintype reads. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly meaning: string;
  /** Whether a `.env` file of the project may set it. The other variables count only in the person's own environment. */
  readonly inFiles: boolean;
}

/** Every environment variable that Tintype reads, except those by which a CI is recognised, and UV_THREADPOOL_SIZE, which the command line sets. */
export const environmentVariables: readonly EnvironmentVariable[] = [
  variable('OPENAI_API_KEY', 'the key of the provider openai', true),
  variable('OPENAI_BASE_URL', 'another server that speaks the API of OpenAI', true),
  variable('OPENAI_ORG_ID', 'the organization that requests to OpenAI belong to', true),
  variable('OPENAI_PROJECT_ID', 'the project that requests to OpenAI belong to', true),
  variable(
    'AZURE_OPENAI_API_KEY',
    'the key of a provider of Azure, unless the config names another',
  ),
  variable('XAI_API_KEY', 'the key of a provider of xAI, unless the config names another'),
  variable('REPLICATE_API_TOKEN', 'the key of the provider replicate', true),
  variable('TINTYPE_MISSING', 'what --missing says: buy, standin or fail'),
  variable('TINTYPE_MAX_COST', 'what --max-cost says: US dollars, or none'),
  variable('TINTYPE_MAX_COST_PER_DAY', 'what --max-cost-per-day says: US dollars, or none'),
  variable('TINTYPE_SHARD', 'what --shard says, such as 2/5'),
  variable('TINTYPE_QUEUE', 'what --queue says: the address of a queue of workers'),
  variable('TINTYPE_TRUST_HOST', 'hosts that any key may be sent to, separated by commas'),
  variable('TINTYPE_KEY_VARIABLES', 'further variables that a manifest may name as its key'),
  variable('TINTYPE_CACHE_KEY', 'the key that signs the entries of a shared cache'),
  variable('TINTYPE_CACHE_MODE', 'how a shared cache is used: read, readwrite or off'),
  variable('TINTYPE_SIGNING_KEY', 'the private key of @tintype/content-credentials, in PEM'),
  variable('TINTYPE_SIGNING_KEY_FILE', 'a file outside the project that has this key'),
  variable('TINTYPE_SIGNING_CERTIFICATE', 'the certificate of that key, in PEM'),
  variable('HTTPS_PROXY', 'the proxy for https: requests'),
  variable('HTTP_PROXY', 'the proxy for http: requests, and for https: ones without HTTPS_PROXY'),
  variable('NO_PROXY', 'hosts that are reached without a proxy, separated by commas'),
  variable(
    'NODE_EXTRA_CA_CERTS',
    'a file of certificates that Node trusts, for a proxy of a company',
  ),
  variable('NO_COLOR', 'no colours on the terminal'),
  variable('FORCE_COLOR', 'colours even if the output is no terminal'),
  variable('OTEL_EXPORTER_OTLP_ENDPOINT', 'where --traces sends traces'),
  variable('OTEL_SERVICE_NAME', 'the name of the service in traces'),
  variable('AWS_ACCESS_KEY_ID', 'the key of a bucket of @tintype/s3'),
  variable('AWS_SECRET_ACCESS_KEY', 'the secret of that key'),
  variable('AWS_SESSION_TOKEN', 'the session of that key, if it is a temporary one'),
  variable('AWS_PROFILE', 'the section of the credentials file for @tintype/s3'),
  variable('AWS_SHARED_CREDENTIALS_FILE', 'the credentials file for @tintype/s3'),
  variable('AWS_WEB_IDENTITY_TOKEN_FILE', 'the token of a CI that @tintype/s3 exchanges for a key'),
  variable('AWS_ROLE_ARN', 'the role that this token is exchanged for'),
  variable('AWS_ROLE_SESSION_NAME', 'the name of the session of that role'),
];

function variable(name: string, meaning: string, inFiles = false): EnvironmentVariable {
  return { name, meaning, inFiles };
}
