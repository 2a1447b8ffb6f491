import { type Context, type MeasuredFile, measureFiles, TintypeError } from '@tintype/core';

/** How the files of an image look. Rejects with a TintypeError, also if the picture cannot be encoded. */
export async function readLooks(context: Context, id: string): Promise<readonly MeasuredFile[]> {
  let failure: string | null = null;
  const { files } = await measureFiles(
    {
      ...context,
      report: (event) => {
        if (event.type === 'failed') failure = event.message;
      },
    },
    [id],
  );
  if (failure !== null) throw new TintypeError('encode', failure);
  return files;
}
