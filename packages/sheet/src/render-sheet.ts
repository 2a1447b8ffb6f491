import { escapeHtml, type Sha256 } from '@tintype/core';
import type { Sheet } from './sheet.ts';

/** A picture in a sheet's file, as WebP. `still`: the first frame, for readers who prefer less motion, of a picture that moves. */
export interface EmbeddedPicture {
  readonly shown: Uint8Array;
  readonly still: Uint8Array | null;
}

export type EmbeddedPictures = ReadonlyMap<Sha256, EmbeddedPicture>;

/** The page that a server sends. It is empty, because it loads its data itself. */
export function renderLivePage(template: string): string {
  return fill(template, {
    title: 'Contact sheet',
    sources: "img-src 'self' blob: data:; connect-src 'self'",
    sheet: 'null',
    pictures: '',
  });
}

/** A sheet as one file that needs nothing else and cannot load anything else. */
export function renderSheetFile(
  template: string,
  sheet: Sheet,
  pictures: EmbeddedPictures,
): string {
  return fill(template, {
    title: `${sheet.project}: contact sheet`,
    sources: 'img-src data:',
    sheet: JSON.stringify(sheet).replaceAll('<', String.raw`\u003c`),
    pictures: Array.from(pictures, ([hash, { shown, still }]) => [
      embedded(hash, shown),
      ...(still === null ? [] : [embedded(`${hash}.still`, still)]),
    ])
      .flat()
      .join('\n'),
  });
}

function embedded(name: string, bytes: Uint8Array): string {
  const base64 = Buffer.from(bytes).toString('base64');
  return `<script type="text/plain" data-picture="${name}">${base64}</script>`;
}

interface Slots {
  readonly title: string;
  /** The part of the Content-Security-Policy that depends on where the page is. */
  readonly sources: string;
  /** JSON without a `<`, so that nothing in it can end the element around it. */
  readonly sheet: string;
  readonly pictures: string;
}

/** Fills each slot once. The inserted text is never treated as a template. */
function fill(template: string, slots: Slots): string {
  return template.replace(/__TINTYPE_(TITLE|SOURCES|SHEET|PICTURES)__/g, (_, name: string) => {
    switch (name) {
      case 'TITLE':
        return escapeHtml(slots.title);
      case 'SOURCES':
        return slots.sources;
      case 'SHEET':
        return slots.sheet;
      default:
        return slots.pictures;
    }
  });
}
