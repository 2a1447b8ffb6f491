import { escapeHtml, type Sha256 } from '@tintype/core';
import type { Sheet } from './sheet.ts';

/** The pictures in a sheet's file, as WebP, by their hashes. */
export type EmbeddedPictures = ReadonlyMap<Sha256, Uint8Array>;

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
    pictures: Array.from(
      pictures,
      ([hash, bytes]) =>
        `<script type="text/plain" data-picture="${hash}">${Buffer.from(bytes).toString('base64')}</script>`,
    ).join('\n'),
  });
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
