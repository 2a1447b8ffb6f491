import type { EncodedFile } from '../types.ts';

/** The markup of the SVG among a picture's files, without its metadata: a page says itself what its pictures are. */
export async function markupOfFiles(files: readonly EncodedFile[]): Promise<string> {
  const file = files.find(({ spec }) => spec.format === 'svg');
  if (file === undefined) throw new Error('there is no svg file');
  const { markupOf } = await import('../image/svg/encode-svg.ts');
  return markupOf(Buffer.from(await file.read()).toString());
}
