/** The reference to an image in pages and style sheets: `tintype:hero`. */
export const scheme = 'tintype:';

/** Matches text that may contain a reference. A parser, which is loaded only then, decides. */
export const reference: RegExp = /tintype:/;

/** Style sheets as Vite sees them, in any language; not style sheets that are imported as text or as a URL. */
export const styleModule: RegExp =
  /\.(?:css|less|sass|scss|styl|stylus|pcss|postcss|sss)(?:\?(?!(?:.*&)?(?:raw|url)(?:&|$))|$)/;

/** The names of the images that a page names, each once. */
export async function namesInPage(html: string): Promise<Set<string>> {
  if (!html.includes(scheme)) return new Set();
  const { findReferences } = await import('./html.ts');
  return new Set(findReferences(html));
}

/** An image that a page names, and whether it names only its first frame: `tintype:badge?still`. */
export interface Reference {
  readonly name: string;
  readonly isStill: boolean;
}

/** `written`: what follows `tintype:`. */
export function parseReference(written: string): Reference {
  const isStill = written.endsWith(still);
  return { name: isStill ? written.slice(0, -still.length) : written, isStill };
}

const still = '?still';
