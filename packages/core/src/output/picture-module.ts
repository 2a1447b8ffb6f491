import { toPicture } from '../picture/asset-picture.ts';
import type { AssetMap } from '../types.ts';

/** The first line of every module that Tintype wrote. A file without it is not overwritten. */
export const moduleHeader = '// Written by Tintype from the asset map. Changes to it are lost.';

/**
 * A module with the pictures of an asset map. Its default export has all of them by name. Each is also an export of its own, `heroNight`
 * for `hero-night`, unless another one would have the same name or a module cannot have it. `base`: the address of the output folder.
 * `isTyped`: TypeScript, and not JavaScript with its types in comments.
 */
export function renderModule(assetMap: AssetMap, base: string, isTyped: boolean): string {
  const images = Object.entries(assetMap.images);
  const uses = Map.groupBy(images, ([name]) => identifierOf(name));
  const all: string[] = [];
  const pictures = images.map(([name, asset], index) => {
    const identifier = identifierOf(name);
    const isExported = isAllowed(identifier) && uses.get(identifier)!.length === 1;
    const local = isExported ? identifier : `_${index}`;
    // In brackets, because an image may be called `__proto__`.
    all.push(identifier === name && isExported ? name : `[${JSON.stringify(name)}]: ${local}`);
    const picture = JSON.stringify(toPicture(asset, base), null, 2);
    const statement = `${isExported ? 'export ' : ''}const ${local} = ${picture}`;
    return isTyped
      ? `${statement} satisfies Picture;`
      : `/** @satisfies {import('tintype/picture').Picture} */\n${statement};`;
  });
  return [
    moduleHeader,
    ...(isTyped ? ["import type { Picture } from 'tintype/picture';"] : []),
    ...pictures,
    `export default {\n${all.map((entry) => `  ${entry},\n`).join('')}};\n`,
  ].join('\n\n');
}

/** `team/hero-night` → `teamHeroNight`. */
function identifierOf(name: string): string {
  return name.replace(/[^A-Za-z0-9]+(.?)/g, (_, next: string) => next.toUpperCase());
}

function isAllowed(identifier: string): boolean {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(identifier) && !reserved.has(identifier);
}

/** What no module may declare, and the name of the type. */
const reserved = new Set(
  (
    'Picture arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public return static ' +
    'super switch this throw true try typeof var void while with yield'
  ).split(' '),
);
