import type { EncodedFile } from '@tintype/core';

/** The markup of the SVG among a picture's files, without its metadata: a page says itself what its pictures are. */
export async function markupOf(files: readonly EncodedFile[]): Promise<string> {
  const file = files.find(({ spec }) => spec.format === 'svg');
  if (file === undefined) throw new Error('there is no svg file');
  const core = await import('@tintype/core/internal');
  return core.markupOf(Buffer.from(await file.read()).toString());
}
