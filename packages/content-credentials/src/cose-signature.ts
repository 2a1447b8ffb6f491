import { constants, type KeyObject, sign } from 'node:crypto';
import { TintypeError } from '@tintype/core';
import {
  cborBytes,
  cborInteger,
  cborList,
  cborMap,
  cborText,
  toBeSigned,
} from '@tintype/core/internal';

interface Algorithm {
  /** What C2PA calls it. */
  readonly name: string;
  /** Its number in COSE (https://www.iana.org/assignments/cose, 2026-11-29). */
  readonly number: number;
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  readonly isPss?: boolean;
}

const byCurve: Readonly<Record<string, Algorithm>> = {
  prime256v1: { name: 'es256', number: -7, hash: 'sha256' },
  secp384r1: { name: 'es384', number: -35, hash: 'sha384' },
  secp521r1: { name: 'es512', number: -36, hash: 'sha512' },
};
const byKind: Readonly<Record<string, Algorithm>> = {
  ed25519: { name: 'ed25519', number: -8, hash: null },
  rsa: { name: 'ps256', number: -37, hash: 'sha256', isPss: true },
  'rsa-pss': { name: 'ps256', number: -37, hash: 'sha256', isPss: true },
};

/** The algorithm of a key. Throws a TintypeError `config` if C2PA has none. */
export function algorithmOf({
  asymmetricKeyType: kind,
  asymmetricKeyDetails,
}: KeyObject): Algorithm {
  const algorithm =
    kind === 'ec' ? byCurve[asymmetricKeyDetails?.namedCurve ?? ''] : byKind[kind ?? ''];
  if (algorithm !== undefined) return algorithm;
  throw new TintypeError(
    'config',
    'the key of contentCredentials(…) is of a kind that content credentials do not have; use one of P-256, P-384, P-521, Ed25519 or RSA',
  );
}

/** Enough for the signature and the certificates. All signatures of a key have one size, which is filled up with zeros. */
export function reservedBytes(certificates: readonly Uint8Array[]): number {
  return 1024 + certificates.reduce((sum, { length }) => sum + length, 0);
}

/** The signature of a claim, with the certificates (COSE_Sign1, RFC 9052 and 9360). */
export function coseSignature(
  claim: Uint8Array,
  key: KeyObject,
  certificates: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const { number, hash, isPss = false } = algorithmOf(key);
  const [first] = certificates;
  const chain =
    certificates.length === 1 ? cborBytes(first!) : cborList(certificates.map(cborBytes));
  const header = cborMap([
    [cborInteger(1), cborInteger(number)],
    [cborInteger(33), chain],
  ]);
  const signature = sign(hash, toBeSigned(header, claim), {
    key,
    dsaEncoding: 'ieee-p1363',
    ...(isPss && {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  });
  const signed = (padding: number) => {
    const unprotected = cborMap([[cborText('pad'), cborBytes(Buffer.alloc(padding))]]);
    return Buffer.concat([
      tag,
      cborList([cborBytes(header), unprotected, nil, cborBytes(signature)]),
    ]);
  };
  // The length of a padding from 256 bytes to 65,535 takes two bytes.
  const withoutPadding = signed(256).length - 256;
  return new Uint8Array(signed(reservedBytes(certificates) - withoutPadding));
}

const tag = Buffer.from([0xd2]);
const nil = Buffer.from([0xf6]);
