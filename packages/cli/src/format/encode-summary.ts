import { count, type EncodeResult, fileSize } from '@tintype/core';
import { saving } from './amounts.ts';

/** What `tintype encode` did, in a few lines. */
export function encodeSummary(result: EncodeResult): string {
  const { images, files, bytes, thorough, improved, missing, failed } = result;
  const part = thorough === null || thorough === 0 ? '' : `, ${thorough} of them thorough AVIF`;
  const lines = [
    files === 0
      ? 'Nothing was encoded.'
      : `${count(images, 'picture')} in the cache: ${count(files, 'file')}${part}, ${fileSize(bytes)}.`,
    files > 0 && thorough === 0
      ? '--thorough changed nothing: no file is AVIF, or the manifest sets its effort.'
      : '',
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
