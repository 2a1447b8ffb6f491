import { constants, verify, X509Certificate } from 'node:crypto';
import type { Verdict } from '../types.ts';
import { type Cbor, field, listOf, readCbor } from './read-cbor.ts';
import { cborBytes, cborList, cborText } from './write-cbor.ts';

/** Who signed a claim, and whether the signature is of this claim. */
interface CheckedSignature {
  readonly verdict: Verdict;
  /** The organisation in the certificate, or the name if there is none; `null`: it has neither, or cannot be read. */
  readonly signer: string | null;
}

/**
 * Checks a signature (COSE_Sign1, RFC 9052) of a claim with the key in its own certificate. Nobody is asked whether to trust the
 * certificate. Throws as `readCbor`.
 */
export function checkSignature(signature: Buffer, claim: Buffer): CheckedSignature {
  const [header, unprotected, , value] = listOf(readCbor(signature));
  if (!Buffer.isBuffer(header) || !Buffer.isBuffer(value))
    return { verdict: 'invalid', signer: null };
  const fields = readCbor(header);
  const chain = [fields, unprotected]
    .flatMap((map) => [field(map, 33), field(map, 'x5chain')])
    .find((found) => found !== undefined);
  const certificate = certificateOf(Buffer.isBuffer(chain) ? chain : listOf(chain)[0]);
  if (certificate === null) return { verdict: 'unknown', signer: null };
  const signer = nameIn(certificate);
  const algorithm = algorithms.get(field(fields, 1));
  if (algorithm === undefined) return { verdict: 'unknown', signer };
  const isValid = isSigned(toBeSigned(header, claim), value, certificate, algorithm);
  return { verdict: isValid ? 'valid' : 'invalid', signer };
}

/** The bytes that are signed: the `Sig_structure` of RFC 9052. `header`: the protected one, in CBOR. */
export function toBeSigned(header: Uint8Array, claim: Uint8Array): Buffer {
  const nothing = new Uint8Array();
  return cborList([
    cborText('Signature1'),
    cborBytes(header),
    cborBytes(nothing),
    cborBytes(claim),
  ]);
}

interface Algorithm {
  /** `null`: the algorithm has its own. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  readonly isPss?: boolean;
}

/** By its number in COSE (https://www.iana.org/assignments/cose, 2026-11-29). */
const algorithms: ReadonlyMap<Cbor | undefined, Algorithm> = new Map([
  [-7, { hash: 'sha256' }],
  [-35, { hash: 'sha384' }],
  [-36, { hash: 'sha512' }],
  [-37, { hash: 'sha256', isPss: true }],
  [-38, { hash: 'sha384', isPss: true }],
  [-39, { hash: 'sha512', isPss: true }],
  [-8, { hash: null }],
]);

function isSigned(
  data: Buffer,
  signature: Buffer,
  certificate: X509Certificate,
  { hash, isPss = false }: Algorithm,
): boolean {
  const pss = {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  try {
    const key = {
      key: certificate.publicKey,
      dsaEncoding: 'ieee-p1363',
      ...(isPss && pss),
    } as const;
    return verify(hash, data, key, signature);
  } catch {
    // The key is of another kind than the algorithm, or not known at all.
    return false;
  }
}

function certificateOf(der: Cbor | undefined): X509Certificate | null {
  if (!Buffer.isBuffer(der)) return null;
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

function nameIn({ subject }: X509Certificate): string | null {
  const parts = new Map(
    subject.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  return parts.get('O') ?? parts.get('CN') ?? null;
}
