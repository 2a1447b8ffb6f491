import { randomUUID } from 'node:crypto';
import type { Sheet } from './sheet.ts';

/** The JSON of each `SheetUpdate`, for a page that has the one of revision `since`; `null`: it has none. Another server's revision is none. */
export function sheetUpdates(): (sheet: Sheet, since: string | null) => string {
  const server = randomUUID();
  let revision = 0;
  let images = new Map<string, { readonly text: string; readonly since: number }>();
  return (sheet, since) => {
    revision++;
    const { images: now, ...rest } = sheet;
    images = new Map(
      now.map((image) => {
        const text = JSON.stringify(image);
        const before = images.get(image.id);
        return [image.id, before?.text === text ? before : { text, since: revision }];
      }),
    );
    const [of, number] = since?.split('.') ?? [];
    const known = of === server ? Number(number) : 0;
    const parts = [...images].map(([id, image]) =>
      image.since <= known ? JSON.stringify(id) : image.text,
    );
    const head = JSON.stringify({ ...rest, revision: `${server}.${revision}` });
    return `${head.slice(0, -1)},"images":[${parts.join(',')}]}`;
  };
}
