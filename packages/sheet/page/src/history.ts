import type { LiveSheet, PastPicture, SheetImage } from '../../src/sheet.ts';
import { fileSize, moment, money } from './amounts.ts';
import { h } from './element.ts';
import type { InspectorActions } from './inspector.ts';
import { noteControls } from './notes.ts';
import { lazyThumbnail, type PictureSource } from './pictures.ts';

/** What was bought for an image and is not asked for today, the newest first. */
export function history(
  image: SheetImage,
  live: LiveSheet | null,
  source: PictureSource,
  actions: InspectorActions,
): HTMLElement | false {
  const { past } = image;
  if (past.length === 0) return false;
  return h(
    'section.history',
    h('h3', 'History'),
    h(
      'p.legend',
      `${past.length === 1 ? 'One picture was' : `${past.length} pictures were`} bought for other words or settings. Bringing one back is free.`,
    ),
    h('ol', ...past.map((one) => entry(one, image, live, source, actions))),
  );
}

function entry(
  one: PastPicture,
  image: SheetImage,
  live: LiveSheet | null,
  source: PictureSource,
  { compare, bringBack, note }: InspectorActions,
): HTMLElement {
  const when = moment(one.createdAt);
  const name = `the picture of ${when}`;
  const write = live === null ? null : (next: PastPicture['note']) => note(image, one.key, next);
  return h(
    'li',
    { class: one.note.rejected ? 'rejected' : '' },
    one.picture === null
      ? h('span.mat', h('span.empty', one.rejected === null ? 'not here' : 'unusable'))
      : h(
          'button.mat',
          { 'aria-label': `Compare with ${name}`, onclick: () => compare(image, one.key) },
          lazyThumbnail(one.picture, source, ''),
        ),
    h(
      'div.past',
      h(
        'span.figures',
        `${when}  ${money(one.costUsd)}${one.bytes === null ? '' : `  ${fileSize(one.bytes)}`}`,
      ),
      h('span.figures', `${one.model}  ${one.quality}  ${one.size}`),
      one.prompt === image.prompt
        ? null
        : h('p.words.clamped', { dir: 'auto', title: one.prompt }, one.prompt),
      live !== null &&
        one.rejected === null &&
        h(
          'button.edit',
          { 'aria-label': `Bring back ${name}`, onclick: () => bringBack(image, one.key) },
          'Bring back',
        ),
      noteControls(name, one.note, write),
    ),
  );
}
