import sharp from 'sharp';

/** A small real picture of one colour. */
export function picture(
  format: 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff' | 'gif' = 'png',
  { width = 64, height = 48, color = '#c8a77b', alpha = 1 } = {},
): Promise<Buffer> {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const channels = alpha === 1 ? 3 : 4;
  const background = { r: r!, g: g!, b: b!, alpha };
  return sharp({ create: { width, height, channels, background } })[format]().toBuffer();
}

/** Format and size of a file, as `png 1024x1024`, with ` with alpha` if it has an alpha channel. */
export async function describePicture(bytes: Uint8Array): Promise<string> {
  const { format, width, height, hasAlpha, compression } = await sharp(bytes).metadata();
  const name = format === 'heif' && compression === 'av1' ? 'avif' : format;
  return `${name} ${width}x${height}${hasAlpha ? ' with alpha' : ''}`;
}
