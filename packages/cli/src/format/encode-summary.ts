import { count, type EncodeResult, fileSize } from '@tintype/core';
import { saving } from './amounts.ts';

/** What `tintype encode` did, in a few lines. */
export function encodeSummary(result: EncodeResult): string {
  const { images, files, bytes, thorough, improved, missing, failed } = result;
  const part = thorough === null ? '' : `, ${thorough} of them thorough AVIF`;
  const lines = [
    `${count(images, 'picture')} in the cache: ${count(files, 'file')}${part}, ${fileSize(bytes)}.`,
    improved.files > 0
      ? `${count(improved.files, 'AVIF file')} that had been encoded quickly: ${saving(improved.before, improved.after)}.`
      : '',
    missing > 0
      ? `${count(missing, 'picture')} left out: not bought yet. tintype plan lists ${missing === 1 ? 'it' : 'them'}.`
      : '',
    failed > 0 ? `${count(failed, 'picture')} failed; see above.` : '',
  ];
  return lines
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
}
