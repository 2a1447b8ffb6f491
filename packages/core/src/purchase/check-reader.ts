import { TintypeError } from '../errors.ts';
import { judgePicture, type OriginalFormat } from './judge-picture.ts';

type Format = NonNullable<OriginalFormat>;

const checks = new Map<Format, Promise<void>>();

/**
 * Makes sure that answers of a format can be read here, with a small picture, once for each format. What cannot be read is not bought,
 * because it would be taken for damaged. Rejects with `sharp-unavailable`.
 */
export function checkReader(expected: OriginalFormat): Promise<void> {
  const format = expected ?? 'png';
  const check = checks.get(format) ?? readSample(format);
  checks.set(format, check);
  return check;
}

async function readSample(format: Format): Promise<void> {
  const { problem } = await judgePicture(samples[format], format);
  if (problem === null) return;
  throw new TintypeError(
    'sharp-unavailable',
    `sharp cannot read ${format} here, so no such picture is bought: of a picture that is whole it says: ${problem}. Unset VIPS_BLOCK_UNTRUSTED, or install sharp with its own library`,
  );
}

/** One pixel each. */
const samples: Readonly<Record<Format, Uint8Array>> = {
  png: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWPo6OgAAAM0AZmUse0HAAAAAElFTkSuQmCC',
    'base64',
  ),
  gif: Buffer.from('R0lGODlhAQABAIAAAExpcYiIiCH5BAUAAAAALAAAAAABAAEAAAICTAEAOw==', 'base64'),
  svg: Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><path d="M0 0h1v1H0z"/></svg>',
  ),
};
