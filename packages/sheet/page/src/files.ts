import type { FileLook, MeasuredFile } from '@tintype/core/types';
import type { DeliveredFile, SheetDelivery, SheetImage } from '../../src/sheet.ts';
import { fileSize } from './amounts.ts';
import { h } from './element.ts';
import type { InspectorActions } from './inspector.ts';
import { shareBar } from './share-bar.ts';
import { orSay } from './toast.ts';

const columns = ['File', 'Pixels', 'Size', 'Change'];

/** Size before and after, by format, and how the files look once they are measured. `measure`: `null` where that is not possible. */
export function files(
  { id, deliveries, candidates }: SheetImage,
  { name, candidate, originalBytes, files: delivered }: SheetDelivery,
  measure: InspectorActions['measure'] | null,
): HTMLElement {
  const original = candidates.find(({ number }) => number === candidate);
  const heaviest = Math.max(originalBytes ?? 0, ...delivered.map(({ bytes }) => bytes), 1);
  const row = (file: string, width: number, height: number, bytes: number) =>
    h(
      'tr',
      h('th', { scope: 'row' }, file, shareBar(bytes / heaviest)),
      h('td', `${width}×${height}`),
      h('td', fileSize(bytes)),
      h('td.gain', change(originalBytes, bytes)),
    );
  const looks = delivered.map((file) =>
    h('td.gain', { colspan: columns.length }, known.get(file) ?? ''),
  );
  return h(
    'section.files',
    h('h3', deliveries.length === 1 ? 'Files' : `Files of ${name}`),
    h(
      'table',
      h('thead', h('tr', ...columns.map((title) => h('th', { scope: 'col' }, title)))),
      h(
        'tbody',
        originalBytes !== null &&
          original?.picture != null &&
          row(
            `original ${original.format ?? ''}`,
            original.picture.width,
            original.picture.height,
            originalBytes,
          ),
        ...delivered.flatMap(({ file, width, height, bytes }, index) => [
          row(file, width, height, bytes),
          h('tr', looks[index]!),
        ]),
      ),
    ),
    measure !== null &&
      delivered.some((file) => !known.has(file)) &&
      measureButton(() => measure(id).then(show)),
  );

  function show(measured: readonly MeasuredFile[]): void {
    for (const [index, file] of delivered.entries()) {
      const words = wordsOf(measured.find((one) => one.file === file.file)?.look ?? null);
      known.set(file, words);
      looks[index]!.textContent = words;
    }
  }
}

/** A button that is off while it measures, which takes seconds, and is gone afterwards. */
function measureButton(measure: () => Promise<void>): HTMLElement {
  const onclick = () => {
    button.disabled = true;
    const measuring = measure().then(() => button.remove());
    orSay(measuring.finally(() => (button.disabled = false)));
  };
  const button = h('button.compare', { onclick }, 'Measure how they look');
  return h('p.actions', button);
}

/** `-86 %`, `+19 %` */
function change(before: number | null, after: number): string {
  if (before === null || before === after) return '';
  const percent = Math.round((after / before - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}

function wordsOf(look: FileLook | null): string {
  if (look === null) return 'not compared';
  const { quality, defaults } = look;
  return `quality ${quality.toFixed()} of 100; other tools: ${fileSize(defaults.bytes)}, quality ${defaults.quality.toFixed()}`;
}

/** How files look. It stays known while the page shows other images, because a file that has not changed is the same object. */
const known = new WeakMap<DeliveredFile, string>();
