import type { SheetImage, Variant } from '../../src/sheet.ts';
import { openDialog } from './dialogs.ts';
import { choice, h } from './element.ts';
import { fittedScale, linkedViews, pointIn } from './linked-views.ts';
import { comparedAtMost, oneOfEach, panesOf } from './first-panes.ts';
import { type Subject, subjectsOf } from './subjects.ts';
import { select } from './select.ts';
import { type PictureOptions, type ViewedPicture, viewPicture } from './view-picture.ts';

type Mode = 'one' | 'side' | 'slider' | 'onion' | 'difference';

interface ViewerOptions extends PictureOptions {
  /** Picks a candidate, and resolves to whether it is picked now; `null`: nothing can be picked here. */
  readonly pick: ((image: SheetImage, candidate: number) => Promise<boolean>) | null;
}

const places = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth'] as const;

/**
 * Pictures up close: one alone, up to six side by side, or two of them one above the other: with a slider, one shining through, or
 * only their difference. They are shown fitted to the screen, pixel by pixel, enlarged, or in the formats and widths of their files.
 */
export function openViewer(
  images: readonly SheetImage[],
  first: {
    readonly mode: Mode;
    readonly candidate: number | null;
    /** The key of a past picture that is shown second. */
    readonly past?: string | null;
  },
  options: ViewerOptions,
): void {
  const subjects = images.flatMap((image) => subjectsOf(image, options.isLive));
  const [only] = images.length === 1 ? images : [];
  let mode = first.mode;
  /** The subject of each place. */
  let panes = only === undefined ? oneOfEach(images, subjects) : panesOf(only, subjects, first);
  let scale = 'fit';
  /** In percent: the position of the slider, how much of the first picture shines through, and how much a difference is amplified. */
  const amounts = { slider: 50, onion: 50, difference: 10 };
  const picked = new Map(images.map(({ id, pick }) => [id, pick]));
  const views = linkedViews();

  const stage = h('div.stage', { tabindex: 0, role: 'group', 'aria-label': 'Pictures' });
  const controls = h('div', { class: 'controls' });
  drawControls();
  draw();
  const title = only?.id ?? `${images.length} images`;
  const dialog = openDialog('viewer', { title, label: `${title}, up close`, controls }, stage);
  dialog.addEventListener('keydown', press);

  function press({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): void {
    if (ctrlKey || metaKey || altKey || target instanceof HTMLSelectElement) return;
    const at = steps.indexOf(scale);
    if (key === '+' || key === '=') zoom(steps[Math.min(steps.length - 1, at + 1)]!);
    else if (key === '-') zoom(steps[Math.max(0, at - 1)]!);
    else if (key === '0') zoom('fit');
    else if (/^[1-9]$/.test(key) && only !== undefined) void pick(only, Number(key));
  }

  function zoom(next: string): void {
    if (next === scale) return;
    scale = next;
    const isFocused = controls.querySelector('select') === document.activeElement;
    drawControls();
    if (isFocused) controls.querySelector('select')?.focus();
    draw();
  }

  async function pick(image: SheetImage, candidate: number): Promise<void> {
    if (options.pick === null || !(await options.pick(image, candidate))) return;
    picked.set(image.id, candidate);
    draw();
    stage.focus();
  }

  function drawControls(): void {
    const modes: readonly (readonly [Mode, string])[] = [
      ['one', 'One'],
      ['side', 'Side by side'],
      ['slider', 'Slider'],
      ['onion', 'Onion skin'],
      ['difference', 'Difference'],
    ];
    const free = subjects.findIndex((_, index) => !panes.includes(index));
    controls.replaceChildren(
      h('label.select', h('span', 'Scale'), select(scales(images, options.isLive), scale, zoom)),
      choice('View', subjects.length < 2 ? modes.slice(0, 1) : modes, mode, (value) => {
        mode = value;
        drawControls();
        draw();
        controls.querySelector<HTMLInputElement>(`[value="${value}"]`)?.focus();
      }),
      mode === 'side' && panes.length < comparedAtMost && free !== -1
        ? h('button.compare', { onclick: () => show([...panes, free]) }, 'Add a picture')
        : '',
    );
  }

  function show(next: readonly number[]): void {
    panes = next;
    drawControls();
    draw();
    stage.focus();
  }

  function draw(): void {
    const count = mode === 'one' ? 1 : mode === 'side' ? panes.length : 2;
    const shown = panes.slice(0, count).flatMap((index, place) => {
      const subject = subjects[index];
      if (subject === undefined) return [];
      const view = viewPicture(subject, scale, options);
      return [{ ...view, caption: captionOf(subject, view, place) }];
    });
    stage.className = `stage ${mode} ${scale === 'fit' ? 'fit' : 'sized'}`;
    stage.dataset['panes'] = String(shown.length);
    if (mode === 'one' || mode === 'side')
      stage.replaceChildren(...shown.map(({ picture, caption }) => h('figure', picture, caption)));
    else stage.replaceChildren(...stacked(mode, shown));
    for (const { picture, shown: isShown } of shown) {
      const view =
        picture.parentElement instanceof HTMLDivElement ? picture.parentElement : picture;
      const image = picture.querySelector('img')!;
      image.addEventListener('click', (event) => look(image, event));
      if (scale === 'fit') continue;
      view.tabIndex = 0;
      view.role = 'group';
      view.ariaLabel = image.alt;
      void isShown.then(() => views.add(view));
    }
  }

  /** A click looks closer at the place that was clicked, in all pictures, or at the whole again. */
  function look(image: HTMLImageElement, event: MouseEvent): void {
    if (scale !== 'fit') return zoom('fit');
    views.lookAt(pointIn(image, event));
    zoom(fittedScale(image) < 0.95 ? '100' : '200');
  }

  function captionOf(subject: Subject, { figures }: ViewedPicture, place: number): HTMLElement {
    const name = places[place] ?? '';
    const isOneOfMany = panes.length > 2 && mode === 'side';
    return h(
      'figcaption',
      h(
        'label.select',
        h('span.unseen', name),
        select(
          subjects.map(
            ({ label, group, image }, at) =>
              [String(at), label, only === undefined ? image.id : group] as const,
          ),
          String(panes[place]),
          (value) => {
            panes = panes.map((index, at) => (at === place ? Number(value) : index));
            draw();
            stage.querySelectorAll('select')[place]?.focus();
          },
        ),
      ),
      figures,
      pickButton(subject),
      isOneOfMany &&
        h(
          'button.close',
          {
            'aria-label': `Take the ${name.toLowerCase()} picture away`,
            onclick: () => show(panes.filter((_, at) => at !== place)),
          },
          '×',
        ),
    );
  }

  function pickButton({ image, candidate }: Subject): HTMLElement | false {
    if (candidate === null || image.candidates.length === 1 || options.pick === null) return false;
    const isUnseen = image.candidates[candidate - 1]?.isUnseenPick === true;
    const isPicked = picked.get(image.id) === candidate;
    // A pick that was made before the picture existed can be made again, to confirm it.
    if (isPicked && (!isUnseen || image.pick !== candidate)) return h('span.is-picked', 'picked');
    const verb = !options.isLive ? 'Copy the command to pick' : isPicked ? 'Keep' : 'Pick';
    return h(
      'button.pick',
      { onclick: () => void pick(image, candidate) },
      `${verb} ${only === undefined ? `${image.id} ` : ''}${candidate}`,
    );
  }

  /** Two pictures one above the other, and the range that changes how. */
  function stacked(
    how: 'slider' | 'onion' | 'difference',
    shown: readonly (ViewedPicture & { readonly caption: HTMLElement })[],
  ): HTMLElement[] {
    const over = h('div.over', ...shown.map(({ picture }) => picture));
    const set = () => over.style.setProperty('--cut', `${amounts[how]}%`);
    const range = h('input', {
      type: 'range',
      min: 0,
      max: 100,
      value: amounts[how],
      'aria-label': how === 'slider' ? 'How much of the first picture is shown' : null,
      oninput: () => {
        amounts[how] = Number(range.value);
        set();
      },
    });
    set();
    const captions = shown.map(({ caption }) => caption);
    if (how === 'slider') {
      over.append(h('span.cut', { 'aria-hidden': 'true' }), range);
      return [over, h('div.captions', ...captions)];
    }
    const label =
      how === 'onion' ? 'The first picture shines through' : 'Make differences brighter';
    return [
      over,
      h('label.select.amount', h('span', label), range),
      h('div.captions', ...captions),
    ];
  }
}

/** The scales that the keys step through. */
const steps = ['fit', '100', '200', '400'];

function scales(
  images: readonly SheetImage[],
  isLive: boolean,
): (readonly [string, string, string])[] {
  const variants: readonly Variant[] = images.flatMap((image) => image.variants);
  const widths = [...new Set(variants.map(({ width }) => width))].toSorted((a, b) => a - b);
  return [
    ['fit', 'To fit', ''],
    ['100', '100 %', ''],
    ['200', '200 %', ''],
    ['400', '400 %', ''],
    ...(isLive
      ? widths.map((width) => [`w${width}`, `${width} wide`, 'As it will be shown'] as const)
      : []),
  ];
}
