import type { GoneImage, PastPicture, SheetBase, SheetImage } from '../../src/sheet.ts';
import { fileSize, money, priceOf } from './amounts.ts';
import { shownPicture } from './card.ts';
import { h } from './element.ts';
import type { InspectorActions } from './inspector.ts';
import { lazyThumbnail, type PictureSource } from './pictures.ts';

/** What a change comes to: how many images, and what it costs in money and bytes. */
export function changeFigures({
  new: added,
  changed,
  gone,
  spentUsd,
  unknownCosts,
  toBuyUsd,
  deliveredBytes,
}: SheetBase): [value: string, note: string] {
  const counts = [
    [added, 'new'],
    [changed, 'changed'],
    [gone.length, 'gone'],
  ].flatMap(([number, kind]) => (number === 0 ? [] : [`${number} ${kind}`]));
  const more = deliveredBytes === null ? 0 : deliveredBytes.after - deliveredBytes.before;
  const notes = [
    `${money(spentUsd)} spent`,
    unknownCosts === 0 ? null : `${unknownCosts} at an unknown cost`,
    toBuyUsd?.high === 0 ? null : `${priceOf(toBuyUsd)} to buy`,
    more === 0 ? null : `${fileSize(Math.abs(more))} ${more > 0 ? 'more' : 'less'} delivered`,
  ].filter((note) => note !== null);
  return [counts.join(', ') || 'nothing', notes.join(', ')];
}

/** The pictures before and after a change, side by side. */
export function change(
  image: SheetImage,
  source: PictureSource,
  { compare }: InspectorActions,
): HTMLElement | false {
  const { change: found } = image;
  if (found === null || found.kind === 'same') return false;
  const [before] = found.before;
  const after = shownPicture(image);
  return h(
    'section.change',
    h('h3', 'In this change'),
    h('p.words', changeText(found)),
    before?.picture != null &&
      h(
        'div.before-after',
        h(
          'figure',
          h(
            'button.mat',
            { 'aria-label': 'Compare before and after', onclick: () => compare(image, before.key) },
            lazyThumbnail(before.picture, source, 'The picture before'),
          ),
          h('figcaption', 'Before'),
        ),
        h(
          'figure',
          h(
            'span.mat',
            after === null
              ? h('span.empty', 'not bought')
              : lazyThumbnail(after, source, 'The picture after'),
          ),
          h('figcaption', 'After'),
        ),
      ),
  );
}

function changeText({ kind, changed }: NonNullable<SheetImage['change']>): string {
  if (kind === 'new') return 'New.';
  return changed.length === 0
    ? 'Changed: it had a mistake before.'
    : `Changed: ${changed.join(', ')}.`;
}

export function goneCard({ id, pictures }: GoneImage, source: PictureSource): HTMLLIElement {
  const shown = pictures.find((one: PastPicture) => one.picture !== null)?.picture ?? null;
  return h(
    'li.card.gone',
    h(
      'div.frame',
      h(
        'span.mat',
        shown === null ? h('span.empty', 'not stored') : lazyThumbnail(shown, source, ''),
      ),
      h('span.name', { title: id }, id),
      h('span.state', 'gone'),
    ),
  );
}
