import type { FieldChange, Region } from '@tintype/core/types';
import type { EditForm, SheetImage, SheetPicture } from '../../src/sheet.ts';
import { pictureBoard, place } from './board.ts';
import {
  byHand,
  type CropByHand,
  cropValue,
  dragged,
  type Hold,
  holdAt,
  inside,
  inTenths,
  moved,
  type Point,
  ratioOf,
  regionOf,
} from './crop-region.ts';
import { cropTargets } from './crop-targets.ts';
import { openDialog } from './dialogs.ts';
import { choice, decoration, h, labelled, setStyles } from './element.ts';
import { proposalBox } from './proposal.ts';
import { regionFields } from './region-fields.ts';
import { select } from './select.ts';
import type { Server } from './server.ts';
import { say } from './toast.ts';
import { howToUndo } from './touch.ts';

interface CropperOptions extends Pick<Server, 'propose' | 'edit'> {
  /** The address of the whole picture. */
  readonly url: string;
}

/** Shapes to begin with, for an image that is not cropped yet. */
const usualShapes: readonly string[] = ['1:1', '3:2', '2:3', '16:9', '4:5'];

/**
 * Crops an image by hand, for the page or for one of its `sources`: a shape around a point, or any rectangle, with the crop at every
 * width in which it is delivered.
 */
export function openCropper(
  image: SheetImage,
  picture: SheetPicture,
  form: EditForm,
  { propose, edit, url }: CropperOptions,
): void {
  const targets = cropTargets(form.layers);
  let target = targets[0]!;
  let crop = begin();
  let hold: Hold | null = null;

  const shade = h('span.shade', decoration);
  const mark = h('span.point', decoration);
  const board = pictureBoard(
    {
      url,
      picture,
      grab: (point) => {
        hold = crop.area === null ? null : holdAt(crop.area, point);
        follow(point);
      },
      drag: follow,
    },
    {
      tabindex: 0,
      role: 'group',
      'aria-label':
        'The picture. Arrow keys move the point that stays, or the rectangle; with Alt they change its size; with Shift in larger steps.',
      onkeydown: press,
    },
    shade,
    mark,
  );
  const shape = h('input', {
    type: 'text',
    list: 'values-crop-shapes',
    oninput: () => change({ ...crop, shape: shape.value.trim() }),
  });
  const fields = regionFields(type);
  const how = choice(
    'How',
    [
      ['point', 'Around a point'],
      ['area', 'A rectangle'],
    ],
    'point',
    (kind) => change(kind === 'area' ? asArea() : asPoint()),
  );
  const previews = h('div.previews');
  const { images } = form.layers.find(({ name }) => name === 'image')!;
  const box = proposalBox({
    idle: 'The picture stays as it is, so a crop is free.',
    verb: 'Save',
    propose: () => propose(image.id, changes()),
    write,
    cancel: () => dialog.close(),
  });
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
          labelled(
            'What is cropped',
            select(
              targets.map(({ label }, at) => [String(at), label, '']),
              '0',
              (at) => {
                target = targets[Number(at)]!;
                change(begin());
              },
            ),
          ),
          how,
          labelled('A shape (3:2) or pixels (1200x400)', shape),
          ...fields.labels,
        ),
        images > 1 && h('p.soft', `This crop is for all ${images} images of the entry.`),
        box.outcome,
        box.problems,
        box.actions,
        previews,
        box.diff,
      ),
      h(
        'datalist',
        { id: 'values-crop-shapes' },
        ...usualShapes.map((value) => h('option', { value })),
      ),
    ),
  );
  draw();
  // The shape to begin with can be saved as it is.
  if (target.crop === undefined) box.changed();
  board.focus();

  function begin(): CropByHand {
    const written = byHand(target.crop);
    return written.shape === '' && written.area === null
      ? { ...written, shape: usualShapes[0]! }
      : written;
  }

  function asArea(): CropByHand {
    return { ...crop, area: inTenths(regionOf(picture, crop) ?? whole), shape: '' };
  }

  function asPoint(): CropByHand {
    const { left, top, width, height } = crop.area ?? whole;
    const shape = crop.shape || usualShapes[0]!;
    return { shape, point: [left + width / 2, top + height / 2], area: null };
  }

  function follow(point: Point): void {
    if (hold === null) change({ ...crop, point });
    else change({ ...crop, area: dragged(hold, point, ratioOf(picture, crop.shape)) });
  }

  function type(typed: Partial<Region>): void {
    const [left, top] = crop.point;
    const now = crop.area ?? { left, top, width: 0, height: 0 };
    const next = inside({ ...now, ...typed });
    change(
      crop.area === null ? { ...crop, point: [next.left, next.top] } : { ...crop, area: next },
    );
  }

  function press(event: KeyboardEvent): void {
    const step = arrows[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const by = event.shiftKey ? 10 : 1;
    const [x, y] = [step[0] * by, step[1] * by];
    const { area, point } = crop;
    if (area === null) type({ left: point[0] + x, top: point[1] + y });
    else if (!event.altKey) change({ ...crop, area: moved(area, x, y) });
    else {
      const corner: Point = [area.left, area.top];
      const far: Point = [area.left + area.width + x, area.top + area.height + y];
      change({ ...crop, area: inside(dragged({ corner }, far, ratioOf(picture, crop.shape))) });
    }
  }

  function change(next: CropByHand): void {
    crop = next;
    draw();
    box.changed();
  }

  function changes(): FieldChange[] {
    return target.changesTo(cropValue(crop), fullWidth());
  }

  function draw(): void {
    const { area, point } = crop;
    const [left, top] = point.map(Math.round) as [number, number];
    fields.show(area === null ? { left, top } : inTenths(area));
    for (const label of fields.labels.slice(2)) label.hidden = area === null;
    if (document.activeElement !== shape) shape.value = crop.shape;
    how.querySelector<HTMLInputElement>(`[value=${area === null ? 'point' : 'area'}]`)!.checked =
      true;
    mark.hidden = area !== null;
    place(mark, { left, top });
    const region = regionOf(picture, crop);
    shade.hidden = region === null;
    if (region !== null) place(shade, region);
    previews.replaceChildren(...(region === null ? [] : previewsOf(region)));
  }

  /** The width of the crop in pixels. */
  function fullWidth(): number {
    const { width } = regionOf(picture, crop) ?? whole;
    const fixed = crop.area === null ? /^(\d+)x/.exec(crop.shape)?.[1] : undefined;
    return fixed === undefined ? Math.round((width * picture.width) / 100) : Number(fixed);
  }

  function previewsOf(region: Region): HTMLElement[] {
    const widths = target.widths ?? image.variants.map(({ width }) => width);
    const most = fullWidth();
    return [...new Set([...widths.filter((width) => width < most), most])]
      .toSorted((a, b) => a - b)
      .map((width) => preview(region, width));
  }

  function preview(region: Region, width: number): HTMLElement {
    const ratio = (region.width * picture.width) / (region.height * picture.height);
    const part = h('img', { src: url, alt: '', draggable: 'false' });
    const view = h('span.crop-view', part);
    setStyles(view, { '--width': `${width}px`, '--ratio': ratio });
    place(part, {
      width: 10_000 / region.width,
      left: (-100 * region.left) / region.width,
      top: (-100 * region.top) / region.height,
    });
    return h(
      'figure',
      view,
      h('figcaption.figures', `${width}×${Math.max(1, Math.round(width / ratio))}`),
    );
  }

  async function write(): Promise<void> {
    const conflict = await edit(image.id, changes(), form.revision);
    if (conflict !== null)
      throw new Error(
        `${conflict.message} Close this, and open it again to see what is there now.`,
      );
    dialog.close();
    say(`Saved the crop of ${image.id}. ${howToUndo}`);
  }
}

const whole: Region = { left: 0, top: 0, width: 100, height: 100 };

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
