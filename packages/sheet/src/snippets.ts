import { type Context, deliveredAsset } from '@tintype/core';
import { pictureHtml, toPicture } from '@tintype/core/picture';
import type { Snippet } from './sheet.ts';

/** The code with which a page shows an image: HTML and CSS with its files, or an import where a bundler delivers it. */
export async function readSnippets(context: Context, id: string): Promise<readonly Snippet[]> {
  const { outDir, base } = context.config;
  if (outDir === null) return bundled(id);
  const picture = toPicture(await deliveredAsset(context, id), base);
  return [
    { name: '<picture>', text: pictureHtml(picture) },
    { name: 'CSS', text: `background-image: url("${picture.img.src}");` },
    { name: 'command', text: `npx tintype html ${id}` },
  ];
}

function bundled(id: string): readonly Snippet[] {
  const name = variableOf(id);
  return [
    {
      name: 'component',
      text: `import ${name} from 'virtual:tintype/${id}';\n\n<Picture of={${name}} />`,
    },
    { name: '<img>', text: `<img src="tintype:${id}">` },
    { name: 'CSS', text: `background-image: image-set("tintype:${id}");` },
  ];
}

/** `team/ada-1` becomes `teamAda1`. */
function variableOf(id: string): string {
  const [first = '', ...words] = id.split(/[/-]+/).filter((word) => word !== '');
  const name = first + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[a-z]/.test(name) ? name : `image${name}`;
}
