import type { FieldChange } from '@tintype/core/types';
import type {
  EditConflict,
  EditForm,
  EditProposal,
  SheetImage,
  SheetPicture,
} from '../../src/sheet.ts';
import { byHand, type CropByHand, cropValue, regionOf } from './crop-region.ts';
import { openDialog } from './dialogs.ts';
import { diffOf } from './diff.ts';
import { h } from './element.ts';
import { howToUndo } from './touch.ts';

interface CropperOptions {
  readonly propose: (id: string, changes: readonly FieldChange[]) => Promise<EditProposal>;
  readonly save: (
    id: string,
    changes: readonly FieldChange[],
    revision: string,
  ) => Promise<EditConflict | null>;
  /** The address of the whole picture. */
  readonly url: string;
  readonly say: (text: string) => void;
}

/** Shapes to begin with, for an image that is not cropped yet. */
const usualShapes: readonly string[] = ['1:1', '3:2', '2:3', '16:9', '4:5'];

/** Milliseconds without a change, after which the page asks what it would write. */
const pauseMs = 200;

/** Crops an image by hand: a point that the crop keeps, on the picture, with the crop at every width in which it is delivered. */
export function openCropper(
  image: SheetImage,
  picture: SheetPicture,
  form: EditForm,
  { propose, save, url, say }: CropperOptions,
): void {
  const written = form.layers.find((layer) => layer.name !== 'row' && 'crop' in layer.fields);
  let crop: CropByHand = byHand(written?.fields['crop']);
  if (crop.shape === '') crop = { ...crop, shape: usualShapes[0]! };
  let timer: number | undefined;
  let asked = 0;

  const shade = h('span.shade', { 'aria-hidden': 'true' });
  const mark = h('span.point', { 'aria-hidden': 'true' });
  const board = h(
    'div.board',
    {
      tabindex: 0,
      role: 'group',
      'aria-label':
        'The picture. Arrow keys move the point that stays in the crop; with Shift in larger steps.',
      onpointerdown: (event: PointerEvent) => {
        board.setPointerCapture(event.pointerId);
        follow(event);
      },
      onpointermove: (event: PointerEvent) => {
        if (board.hasPointerCapture(event.pointerId)) follow(event);
      },
      onkeydown: (event: KeyboardEvent) => {
        const step = arrows[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const by = event.shiftKey ? 10 : 1;
        move(crop.point[0] + step[0] * by, crop.point[1] + step[1] * by);
      },
    },
    h('img', { src: url, alt: '', draggable: 'false' }),
    shade,
    mark,
  );
  board.style.setProperty('--ratio', String(picture.width / picture.height));
  const shape = h('input', {
    type: 'text',
    list: 'values-crop-shapes',
    oninput: () => change({ ...crop, shape: shape.value.trim() }),
  });
  shape.value = crop.shape;
  const number = (label: string, at: 0 | 1) => {
    const input = h('input', {
      type: 'number',
      min: 0,
      max: 100,
      oninput: () => {
        const value = Number(input.value);
        move(at === 0 ? value : crop.point[0], at === 1 ? value : crop.point[1]);
      },
    });
    return { input, label: h('label.field', h('span', label), input) };
  };
  const left = number('From the left, %', 0);
  const top = number('From the top, %', 1);
  const previews = h('div.previews');
  const outcome = h('p.outcome', { role: 'status' });
  const diff = h('div.diffs');
  const button = h('button.buy', { disabled: true, onclick: () => void write() }, 'Save');
  const { images } = form.layers.find(({ name }) => name === 'image')!;
  const dialog = openDialog(
    'viewer',
    { title: `Crop ${image.id}` },
    h(
      'div.cropper',
      board,
      h(
        'div.crop-side',
        h(
          'div.crop-fields',
          h('label.field', h('span', 'Pixels (1200x400) or a shape (3:2)'), shape),
          left.label,
          top.label,
        ),
        images > 1 && h('p.soft', `This crop is for all ${images} images of the entry.`),
        outcome,
        h('p.actions', button, h('button', { onclick: () => dialog.close() }, 'Cancel')),
        previews,
        diff,
      ),
      h(
        'datalist',
        { id: 'values-crop-shapes' },
        ...usualShapes.map((value) => h('option', { value })),
      ),
    ),
  );
  draw();
  board.focus();

  function follow({ clientX, clientY }: PointerEvent): void {
    const box = board.getBoundingClientRect();
    move(((clientX - box.left) / box.width) * 100, ((clientY - box.top) / box.height) * 100);
  }

  function move(x: number, y: number): void {
    const inside = (value: number) => Math.round(Math.min(100, Math.max(0, value)));
    change({ ...crop, point: [inside(x), inside(y)] });
  }

  function change(next: CropByHand): void {
    crop = next;
    draw();
    button.disabled = true;
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), pauseMs);
  }

  function changes(): FieldChange[] {
    return [{ layer: 'image', field: 'crop', value: cropValue(crop) }];
  }

  function draw(): void {
    const [x, y] = crop.point;
    if (document.activeElement !== left.input) left.input.value = String(x);
    if (document.activeElement !== top.input) top.input.value = String(y);
    mark.style.setProperty('left', `${x}%`);
    mark.style.setProperty('top', `${y}%`);
    const region = regionOf(picture, crop);
    shade.hidden = region === null;
    previews.replaceChildren();
    if (region === null) return;
    const share = (part: number, whole: number) => `${(part / whole) * 100}%`;
    shade.style.setProperty('left', share(region.left, picture.width));
    shade.style.setProperty('top', share(region.top, picture.height));
    shade.style.setProperty('width', share(region.width, picture.width));
    shade.style.setProperty('height', share(region.height, picture.height));
    const widths = new Set(image.variants.map(({ width }) => width));
    const full = /^(\d+)x/.exec(crop.shape)?.[1];
    widths.add(full === undefined ? Math.round(region.width) : Number(full));
    for (const width of [...widths]
      .filter((one) => one <= region.width || full !== undefined)
      .toSorted((a, b) => a - b))
      previews.append(preview(width));

    function preview(width: number): HTMLElement {
      const { width: across, height: down, left: from, top: above } = region!;
      const view = h('span.crop-view', h('img', { src: url, alt: '', draggable: 'false' }));
      view.style.setProperty('--width', `${width}px`);
      view.style.setProperty('--ratio', String(across / down));
      const picturePart = view.firstElementChild as HTMLImageElement;
      picturePart.style.setProperty('width', share(picture.width, across));
      picturePart.style.setProperty('left', share(-from, across));
      picturePart.style.setProperty('top', share(-above, down));
      return h(
        'figure',
        view,
        h('figcaption.figures', `${width}×${Math.round((width * down) / across)}`),
      );
    }
  }

  async function ask(): Promise<void> {
    const now = ++asked;
    try {
      const proposal = await propose(image.id, changes());
      if (now !== asked) return;
      const mistakes = proposal.diagnostics.filter(({ severity }) => severity === 'error');
      outcome.textContent =
        mistakes.length > 0
          ? mistakes.map(({ message }) => message).join('\n')
          : 'Free: the picture stays, and its files are cut again.';
      diff.replaceChildren(...proposal.files.map(diffOf));
      button.disabled = mistakes.length > 0 || proposal.files.length === 0;
    } catch (error) {
      if (now === asked)
        outcome.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  async function write(): Promise<void> {
    button.disabled = true;
    try {
      const conflict = await save(image.id, changes(), form.revision);
      if (conflict === null) {
        dialog.close();
        say(`Saved the crop of ${image.id}. ${howToUndo}`);
      } else
        outcome.textContent = `${conflict.message} Close this, and open it again to see what is there now.`;
    } catch (error) {
      outcome.textContent = error instanceof Error ? error.message : String(error);
    }
  }
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
