import type { Candidate, SheetPicture, SheetImage } from '../../src/sheet.ts';
import { fileSize, money } from './amounts.ts';
import { decoration, h } from './element.ts';
import { type PictureSource, thumbnail } from './pictures.ts';
import { emptyWords, statusWords } from './words.ts';

export interface CardActions {
  readonly select: (id: string) => void;
  /** `isRange`: all images from the last one that was marked. */
  readonly mark: (id: string, isMarked: boolean, isRange: boolean) => void;
}

/** A card of the sheet: the picture that is delivered now, its candidates beside it, its name and status. */
export function card(
  image: SheetImage,
  source: PictureSource,
  isBuying: boolean,
  { select, mark }: CardActions,
): HTMLElement {
  const { word, tone } = isBuying
    ? ({ word: 'being bought', tone: 'open' } as const)
    : statusWords[image.status];
  return h(
    'div.card',
    { role: 'listitem', 'data-id': image.id },
    h(
      'button.frame',
      { tabindex: -1, onclick: () => select(image.id) },
      h(
        'span',
        { class: shownPicture(image) === null ? 'mat drawn' : 'mat', 'aria-hidden': 'true' },
        ...frameOf(image, source),
      ),
      h('span.name', { title: image.id }, image.id),
      tone === 'quiet' && h('span.unseen', word),
      h('span', { class: `state ${tone}` }, tone === 'quiet' ? weightOf(image) : word),
      image.candidates.length > 1 && stripOf(image, source),
    ),
    h(
      'label.tick',
      h('input', {
        type: 'checkbox',
        tabindex: -1,
        'aria-label': `Mark ${image.id}`,
        onclick: (event: MouseEvent) =>
          mark(image.id, (event.target as HTMLInputElement).checked, event.shiftKey),
      }),
    ),
  );
}

/** The picture that the site has; otherwise the one that it will have; otherwise a drawing in its place, which says so. */
function frameOf(image: SheetImage, source: PictureSource): HTMLElement[] {
  const shown = shownPicture(image);
  if (shown !== null) return [thumbnail(shown, source, '')];
  const [first] = image.candidates;
  const price = image.price === null ? '' : ` ${money(image.price.costUsd?.high ?? null)}`;
  const words = h(
    'span.empty',
    h('span', emptyWords[first?.status ?? 'missing']),
    price !== '' && h('span.price', price),
  );
  return image.standIn === null ? [words] : [thumbnail(image.standIn, source, ''), words];
}

export function shownPicture(image: SheetImage): SheetPicture | null {
  const delivered = image.deliveries.find(({ picture }) => picture !== null)?.picture ?? null;
  if (delivered !== null) return delivered;
  const picked = image.candidates.find(({ number }) => number === (image.pick ?? 1));
  return (
    picked?.picture ?? image.candidates.find(({ picture }) => picture !== null)?.picture ?? null
  );
}

function stripOf(image: SheetImage, source: PictureSource): HTMLElement {
  return h(
    'span.strip',
    decoration,
    ...image.candidates.map((candidate) => smallFrame(candidate, image, source)),
  );
}

function smallFrame(
  { number, picture }: Candidate,
  { pick }: SheetImage,
  source: PictureSource,
): HTMLElement {
  return h(
    'span',
    { class: `small ${pick === number ? 'picked' : ''}` },
    picture === null ? h('span.empty', String(number)) : thumbnail(picture, source, ''),
  );
}

/** The size of the file that a visitor loads at full size. */
function weightOf({ deliveries }: SheetImage): string {
  const [file] = deliveries[0]?.files.toSorted((a, b) => b.width - a.width) ?? [];
  return file === undefined ? '' : fileSize(file.bytes);
}
