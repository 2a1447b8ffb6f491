/** Makes a `srcset`, which has each width once. If an image also lists its full size as a width, the full-size file is used, which is the last. */
export function srcset(files: readonly { readonly url: string; readonly width: number }[]): string {
  const urls = new Map(files.map(({ width, url }) => [width, url]));
  return [...urls].map(([width, url]) => `${url} ${width}w`).join(', ');
}

/** The URL of the full size, which is the last in a `srcset`. */
export function fullSizeUrl(srcset: string): string {
  return srcset.split(', ').at(-1)!.split(' ')[0]!;
}
