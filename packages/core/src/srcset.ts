/** Makes a `srcset`, which has each width once. If an image also lists its full size as a width, the full-size file is used, which is the last. */
export function srcset(files: readonly { readonly url: string; readonly width: number }[]): string {
  const urls = new Map(files.map(({ width, url }) => [width, url]));
  return [...urls].map(([width, url]) => `${url} ${width}w`).join(', ');
}
