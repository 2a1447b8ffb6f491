import { Document } from 'yaml';
import { imported } from '../imported-picture.ts';
import type { Sha256 } from '../types.ts';

/** An imported picture as a manifest names it. */
export interface ImportedEntry {
  readonly id: string;
  readonly file: string;
  readonly hash: Sha256;
  readonly width: number;
  readonly height: number;
  readonly prompt: string | null;
  readonly alt: string | null;
}

/** A manifest of imported pictures. `schema`: the path of the JSON Schema, relative to it. Texts are those of strangers, so the library of YAML writes them. */
export function formatImported(entries: readonly ImportedEntry[], schema: string): string {
  const images = entries.map(({ id, hash, width, height, prompt, alt }): [string, object] => [
    id,
    {
      provider: imported,
      provider_options: { sha256: hash },
      size: `${width}x${height}`,
      ...(prompt !== null && { prompt: asText(prompt) }),
      ...(alt !== null && { alt: asText(alt) }),
    },
  ]);
  const document = new Document({ images: Object.fromEntries(images) });
  document.commentBefore = ` yaml-language-server: $schema=${schema}
 Pictures that tintype import has put into the store. They cost nothing and are never bought. Each needs an alt,
 or decorative: true. A prompt is for people: it says what a picture was made from, and changes nothing.`;
  return document.toString({ lineWidth: 0 });
}

/** Two braces would begin a template. */
function asText(text: string): string {
  return text.replaceAll('{{', String.raw`\{{`);
}
