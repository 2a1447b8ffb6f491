import sharp from 'sharp';

import { imageUserError, invalidRequest } from './api-error.ts';
import type { EmulatedModel } from './model-table.ts';
import { missing, wrongType } from './read-parameter.ts';
import type { ReceivedBody, ReceivedFile } from './read-body.ts';
import type { PixelSize } from './token-usage.ts';

/** The pictures of an edit, checked as the API does. */
export interface InputPictures {
  readonly sizes: readonly PixelSize[];
  /** All files of the request, including decoded data URLs: images, mask and markup. */
  readonly files: readonly ReceivedFile[];
}

/** The pictures that were uploaded with purpose `vision`. */
export interface Uploads {
  /** `null`: the picture does not exist, or is gone. */
  readPicture(id: string): Omit<ReceivedFile, 'name'> | null;
}

const mimeTypes: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp']);
const maxBytes = 50_000_000;
const maxDataUrlLength = 20_971_520;

/** Reads and checks the pictures of `POST /v1/images/edits`, in either encoding. Throws the API's 400. */
export async function readPictures(
  body: ReceivedBody,
  model: EmulatedModel,
  uploads: Uploads,
): Promise<InputPictures> {
  const files = body.encoding === 'json' ? filesOfJson(body, uploads) : filesOfForm(body);
  const images = files.filter((file) => file.name === 'image' || file.name === 'image[]');
  checkCount(images.length, body.encoding === 'json' ? 'images' : 'image');
  for (const file of files) checkFile(file);

  const sizes: PixelSize[] = [];
  for (const [index, image] of images.entries()) sizes.push(await sizeOf(image, index));
  await checkOverlays(files, sizes[0], model);
  return { sizes, files };
}

function filesOfForm(body: ReceivedBody): readonly ReceivedFile[] {
  for (const name of ['image', 'image[]', 'mask', 'markup']) {
    if (name in body.fields) throw wrongType(name, 'a file', body.fields[name]);
  }
  return body.files;
}

function filesOfJson(body: ReceivedBody, uploads: Uploads): ReceivedFile[] {
  const { images } = body.fields;
  if (images === undefined || images === null) throw missing('images');
  if (!Array.isArray(images)) throw wrongType('images', 'an array of objects', images);
  const files = images.map((item, index) =>
    fileOfReference(item, uploads, 'image', `images[${index}]`),
  );
  const overlays = ['mask', 'markup'].flatMap((name) => {
    const overlay = body.fields[name] ?? null;
    return overlay === null ? [] : [fileOfReference(overlay, uploads, name, name)];
  });
  return [...files, ...overlays];
}

/**
 * `{ image_url }` with a data URL, because the emulator fetches from no other host, or `{ file_id }`. The texts about
 * `file_id` are made up.
 */
function fileOfReference(
  reference: unknown,
  uploads: Uploads,
  name: string,
  param: string,
): ReceivedFile {
  const { image_url: url, file_id: id } = Object(reference) as Record<string, unknown>;
  if (typeof id === 'string' && url === undefined) {
    const picture = uploads.readPicture(id);
    if (picture) return { ...picture, name };
    throw invalidRequest('invalid_value', `${param}.file_id`, `No such File object: ${id}`);
  }
  if (typeof url !== 'string') throw missing(`${param}.image_url`);
  if (url.length > maxDataUrlLength) {
    throw invalidRequest(
      'string_above_max_length',
      `${param}.image_url`,
      `Invalid '${param}.image_url': string too long. Expected a string with maximum length ${maxDataUrlLength}, but got a string with length ${url.length} instead.`,
    );
  }
  const match = /^data:([^;,]+);base64,([A-Za-z0-9+/]+={0,2})$/.exec(url);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw invalidRequest(
      'invalid_value',
      `${param}.image_url`,
      'Could not load the picture from this URL.',
    );
  }
  return {
    name,
    fileName: null,
    contentType: match[1].toLowerCase(),
    bytes: Buffer.from(match[2], 'base64'),
  };
}

function checkCount(count: number, param: string): void {
  if (count === 0) {
    if (param === 'image') throw missing(param);
    throw invalidRequest(
      'empty_array',
      param,
      `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
    );
  }
  if (count > 16) {
    throw invalidRequest(
      'array_above_max_length',
      param,
      `Invalid '${param}': array too long. Expected an array with maximum length 16, but got an array with length ${count} instead.`,
    );
  }
}

/**
 * The declared type counts, not the bytes (openai/openai-node#1468). The `code` is not known, and neither is the text about
 * 50 MB.
 */
function checkFile(file: ReceivedFile): void {
  const param = file.name === 'image[]' ? 'image' : file.name;
  if (!mimeTypes.has(file.contentType)) {
    throw invalidRequest(
      null,
      param,
      `Invalid file '${param}': unsupported mimetype ('${file.contentType}'). Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.`,
    );
  }
  if (file.bytes.length >= maxBytes) {
    throw invalidRequest(null, param, `Invalid file '${param}': file too large.`);
  }
}

/** The text is from Comfy-Org/ComfyUI#8430 (2025-06-04). Its code is not known. */
async function sizeOf(file: ReceivedFile, index: number): Promise<PixelSize> {
  try {
    const { width, height } = await sharp(file.bytes).metadata();
    return { width, height };
  } catch {
    throw imageUserError(
      null,
      null,
      `Invalid image file or mode for image ${index}, please check your image file.`,
    );
  }
}

/**
 * Mask and markup must be PNGs with alpha, of the first picture's size. The rules are documented, and the texts are made
 * up.
 */
async function checkOverlays(
  files: readonly ReceivedFile[],
  first: PixelSize | undefined,
  model: EmulatedModel,
): Promise<void> {
  const overlays = files.filter((file) => file.name === 'mask' || file.name === 'markup');
  if (overlays.length > 1) {
    throw imageUserError(null, 'markup', "'markup' cannot be combined with 'mask'.");
  }
  for (const { name, bytes } of overlays) {
    if (name === 'markup' && !model.markup) {
      throw imageUserError(
        'invalid_value',
        name,
        `The model '${model.id}' does not support the 'markup' parameter.`,
      );
    }
    const { format, width, height, hasAlpha } = await sharp(bytes)
      .metadata()
      .catch(() => ({ format: '', width: 0, height: 0, hasAlpha: false }));
    if (format !== 'png' || !hasAlpha) {
      throw imageUserError(null, name, `Invalid ${name}: a PNG with an alpha channel is expected.`);
    }
    if (width !== first?.width || height !== first.height) {
      throw imageUserError(null, name, `Invalid ${name}: its size does not match the image's.`);
    }
  }
}
