import { escapeHtml } from '@tintype/core';

/** A picture of the page. `html` is its `<picture>`. */
export interface ShownPicture {
  readonly name: string;
  readonly html: string;
  readonly prompt: string;
  readonly isWide: boolean;
}

/** The page of a demo, in one file beside the folder of its pictures. `note`: what the pictures are, and what they would cost. */
export function demoPage(title: string, note: string, pictures: readonly ShownPicture[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${styles}</style>
</head>
<body>
<header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(note)}</p></header>
<main>
${pictures.map(figure).join('\n')}
</main>
</body>
</html>
`;
}

function figure({ name, html, prompt, isWide }: ShownPicture): string {
  return `<figure${isWide ? ' class="wide"' : ''}>${html}<figcaption><b>${escapeHtml(name)}</b> ${escapeHtml(shortened(prompt))}</figcaption></figure>`;
}

function shortened(text: string): string {
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}

const styles = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { margin: 0; font-size: clamp(1.6rem, 5vw, 2.6rem); line-height: 1.15; }
header p { max-width: 44rem; color: color-mix(in srgb, CanvasText 70%, Canvas); }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 16rem), 1fr)); gap: 1.5rem; align-items: start; }
figure { margin: 0; }
.wide { grid-column: 1 / -1; }
img { display: block; width: 100%; height: auto; border-radius: .5rem; }
figcaption { margin-top: .5rem; font-size: .85rem; color: color-mix(in srgb, CanvasText 70%, Canvas); overflow-wrap: anywhere; }
figcaption b { color: CanvasText; }
`;
