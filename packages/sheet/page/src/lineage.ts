import type { SheetImage } from '../../src/sheet.ts';
import { shownPicture } from './card.ts';
import { h } from './element.ts';
import { lazyThumbnail, type PictureSource } from './pictures.ts';

/** Which pictures an image is made from, and which are made from it, each with its own words. */
export function lineage(
  image: SheetImage,
  all: readonly SheetImage[],
  source: PictureSource,
  select: (id: string) => void,
): HTMLElement | false {
  const before = ancestorsOf(image, all);
  const after = all.filter(({ madeFrom }) => madeFrom.includes(image.id));
  if (before.length + after.length === 0) return false;
  const frame = (one: SheetImage) => {
    const shown = shownPicture(one);
    const isThis = one.id === image.id;
    return h(
      'li',
      h(
        'button.step',
        { 'aria-current': isThis ? 'true' : null, onclick: () => select(one.id) },
        h(
          'span.mat',
          shown === null ? h('span.empty', 'not bought') : lazyThumbnail(shown, source, ''),
        ),
        h('span.name', one.id),
        h('span.clamped', { title: one.prompt }, ownWords(one)),
      ),
    );
  };
  return h(
    'section.lineage',
    h('h3', 'Made from, and made into'),
    h('ol', ...[...before, image, ...after].map(frame)),
  );
}

/** The oldest first. An image has no cycle of inputs; the set is for a sheet that was edited by hand. */
function ancestorsOf(image: SheetImage, all: readonly SheetImage[]): SheetImage[] {
  const found = new Set<SheetImage>();
  const visit = ({ madeFrom }: SheetImage): void => {
    for (const id of madeFrom) {
      const one = all.find((other) => other.id === id);
      if (one === undefined || found.has(one) || one === image) continue;
      visit(one);
      found.add(one);
    }
  };
  visit(image);
  return [...found];
}

function ownWords({ prompt, own }: SheetImage): string {
  const words = own.map(({ start, end }) => prompt.slice(start, end)).join(' … ');
  return words.trim() === '' ? prompt : words;
}
