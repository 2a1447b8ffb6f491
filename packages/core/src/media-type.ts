/** `image/webp`, of a file's format. */
export function mediaTypeOf(format: string): string {
  return `image/${format === 'svg' ? 'svg+xml' : format}`;
}
