import { fileSize } from './amounts.ts';
import { h } from './element.ts';
import type { PictureSource } from './pictures.ts';
import type { Subject } from './subjects.ts';
import { wordsOf } from './toast.ts';

export interface PictureOptions {
  readonly source: PictureSource;
  /** Whether files can be encoded on demand, which needs a server. */
  readonly isLive: boolean;
}

export interface ViewedPicture {
  readonly picture: HTMLElement;
  /** Its size in pixels and bytes, once it is known. */
  readonly figures: HTMLElement;
  /** Resolves when it has its size on the screen. */
  readonly shown: Promise<void>;
}

/** A picture at a scale, with its size in pixels and bytes. */
export function viewPicture(
  subject: Subject,
  scale: string,
  { source, isLive }: PictureOptions,
): ViewedPicture {
  const shownWidth = scale.startsWith('w') ? Number(scale.slice(1)) : null;
  const file = fileOf(subject, shownWidth);
  const element = h('img', {
    alt: subject.image.alt === '' ? subject.label : subject.image.alt,
    draggable: 'false',
  });
  const figures = h('span.figures', '…');
  const picture = h('div.mat', element);
  const say = (text: string) => figures.replaceChildren(text);
  const figuresOf = (width: number, height: number, bytes: number | null) =>
    [`${width}×${height}`, bytes === null ? null : fileSize(bytes)]
      .filter((part) => part !== null)
      .join('  ');

  return { picture, figures, shown: load() };

  async function load(): Promise<void> {
    const url = source(subject.hash, file.query);
    if (url === null) return say('not in this file');
    try {
      if (!isLive) {
        element.src = url;
        await element.decode();
        const preview = element.naturalWidth < subject.width ? ', as a smaller preview here' : '';
        say(figuresOf(subject.width, subject.height, subject.bytes) + preview);
      } else {
        say('loading');
        const response = await fetch(url);
        if (!response.ok) throw new Error((await response.text()).slice(0, 300));
        const blob = await response.blob();
        element.src = URL.createObjectURL(blob);
        await element.decode();
        URL.revokeObjectURL(element.src);
        say(figuresOf(element.naturalWidth, element.naturalHeight, blob.size));
      }
      const width = shownWidth ?? (scale === 'fit' ? null : (file.width * Number(scale)) / 100);
      if (width !== null) element.style.width = `${width}px`;
    } catch (error) {
      picture.classList.add('broken');
      say(wordsOf(error));
    }
  }
}

/** Which file to load: if there is one in the format and with the width at which the picture is shown, that one. */
function fileOf(
  { format, width, image }: Subject,
  shownWidth: number | null,
): { readonly query: string; readonly width: number } {
  if (format === null) return { query: '', width };
  const isThere = image.variants.some(
    (variant) => variant.format === format && variant.width === shownWidth,
  );
  const requested = isThere && shownWidth !== null ? shownWidth : width;
  const query = new URLSearchParams({ image: image.id, format, width: String(requested) });
  return { query: `?${query}`, width: requested };
}
