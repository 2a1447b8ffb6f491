import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';

export interface TestCertificate {
  /** The certificate, and that of its authority, in PEM. */
  readonly pem: string;
  /** The private key, in PEM. */
  readonly key: string;
}

const newKey = {
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

/** Makes a certificate that may sign content credentials, by an authority of its own. */
export function testCertificate(
  kind: keyof typeof newKey = 'P-256',
  { name = 'Example Studio', validDays = 30 } = {},
): TestCertificate {
  const authority = newKey['P-256']();
  const own = newKey[kind]();
  const root = certificate(
    {
      subject: 'Example Authority',
      publicKey: authority.publicKey,
      validDays: 90,
      isAuthority: true,
    },
    authority,
  );
  const leaf = certificate(
    { subject: name, publicKey: own.publicKey, validDays, isAuthority: false },
    authority,
  );
  return {
    pem: leaf.toString() + root.toString(),
    key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

interface Wish {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly validDays: number;
  readonly isAuthority: boolean;
}

function certificate(
  { subject, publicKey, validDays, isAuthority }: Wish,
  authority: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): X509Certificate {
  const now = Date.now();
  const day = 86_400_000;
  const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const body = sequence(
    der(0xa0, integer(2)),
    integer(isAuthority ? 1 : 2),
    ecdsaWithSha256,
    nameOf('Example Authority'),
    sequence(time(now - 2 * 365 * day), time(now + validDays * day)),
    nameOf(subject),
    spkiOf(publicKey),
    der(
      0xa3,
      sequence(
        extension(
          '2.5.29.19',
          true,
          isAuthority ? sequence(der(1, Buffer.from([0xff]))) : sequence(),
        ),
        extension('2.5.29.15', true, der(3, Buffer.from(isAuthority ? [1, 0x06] : [7, 0x80]))),
        extension('2.5.29.14', false, der(4, idOf(publicKey))),
        extension('2.5.29.35', false, sequence(der(0x80, idOf(authority.publicKey)))),
        // Protection of e-mails, which C2PA allows.
        ...(isAuthority ? [] : [extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.4')))]),
      ),
    ),
  );
  const signature = sign('sha256', body, authority.privateKey);
  return new X509Certificate(
    sequence(body, ecdsaWithSha256, der(3, Buffer.concat([Buffer.from([0]), signature]))),
  );
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function idOf(key: KeyObject): Buffer {
  return createHash('sha1').update(spkiOf(key)).digest();
}

function nameOf(organisation: string): Buffer {
  const part = (type: string, value: string) =>
    der(0x31, sequence(oid(type), der(0x0c, Buffer.from(value))));
  return sequence(part('2.5.4.10', organisation), part('2.5.4.3', organisation));
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(isCritical ? [der(1, Buffer.from([0xff]))] : []), der(4, value));
}

function time(at: number): Buffer {
  const text = new Date(at)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, '')
    .slice(2);
  return der(0x17, Buffer.from(text));
}

function integer(value: number): Buffer {
  return der(2, Buffer.from([value]));
}

function oid(dotted: string): Buffer {
  const [first, second, ...others] = dotted.split('.').map(Number);
  const bytes = others.flatMap((part) => {
    const digits = [part & 0x7f];
    for (let rest = part >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
    return digits;
  });
  return der(6, Buffer.from([first! * 40 + second!, ...bytes]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
