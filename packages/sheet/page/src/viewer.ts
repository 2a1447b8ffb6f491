import type { SheetImage } from '../../src/sheet.ts';
import { openDialog } from './dialogs.ts';
import { h } from './element.ts';
import { comparedAtMost, oneOfEach, panesOf } from './first-panes.ts';
import { fittedScale, linkedViews, pointIn } from './linked-views.ts';
import { type Amounts, stacked } from './stacked.ts';
import { select } from './select.ts';
import { type Subject, subjectsOf } from './subjects.ts';
import { type PictureOptions, type ViewedPicture, viewPicture } from './view-picture.ts';
import { type Mode, nextScale, viewerControls } from './viewer-controls.ts';

interface ViewerOptions extends PictureOptions {
  /** Picks a candidate, and resolves to whether it is picked now; `null`: nothing can be picked here. */
  readonly pick: ((image: SheetImage, candidate: number) => Promise<boolean>) | null;
}

interface First {
  readonly mode: Mode;
  readonly candidate: number | null;
  /** The key of a past picture that is shown second. */
  readonly past?: string | null;
}

const places = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth'] as const;

/**
 * Pictures up close: one alone, up to six side by side, or two of them one above the other: with a slider, one shining through, or
 * only their difference. They are shown fitted to the screen, pixel by pixel, enlarged, or in the formats and widths of their files.
 */
export function openViewer(
  images: readonly SheetImage[],
  first: First,
  options: ViewerOptions,
): void {
  const subjects = images.flatMap((image) => subjectsOf(image, options.isLive));
  const [only] = images.length === 1 ? images : [];
  let { mode } = first;
  /** The subject of each place. */
  let panes = only === undefined ? oneOfEach(images, subjects) : panesOf(only, subjects, first);
  let scale = 'fit';
  const amounts: Amounts = { slider: 50, onion: 50, difference: 10 };
  const picked = new Map(images.map(({ id, pick }) => [id, pick]));
  const views = linkedViews();

  const stage = h('div.stage', { tabindex: 0, role: 'group', 'aria-label': 'Pictures' });
  const controls = viewerControls({
    images,
    isLive: options.isLive,
    isSeveral: subjects.length > 1,
    zoom,
    setMode(next) {
      mode = next;
      draw();
    },
    add: () => show([...panes, unseen()]),
  });
  draw();
  const title = only?.id ?? `${images.length} images`;
  const head = { title, label: `${title}, up close`, controls: controls.element };
  const dialog = openDialog('viewer', head, stage);
  dialog.addEventListener('keydown', press);

  function press({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): void {
    if (ctrlKey || metaKey || altKey || target instanceof HTMLSelectElement) return;
    if (key === '+' || key === '=') zoom(nextScale(scale, 1));
    else if (key === '-') zoom(nextScale(scale, -1));
    else if (key === '0') zoom('fit');
    else if (/^[1-9]$/.test(key) && only !== undefined) void pick(only, Number(key));
  }

  function zoom(next: string): void {
    if (next === scale) return;
    scale = next;
    draw();
  }

  async function pick(image: SheetImage, candidate: number): Promise<void> {
    if (options.pick === null || !(await options.pick(image, candidate))) return;
    picked.set(image.id, candidate);
    draw();
    stage.focus();
  }

  function show(next: readonly number[]): void {
    panes = next;
    draw();
    stage.focus();
  }

  /** The first subject that has no place; -1: all have one. */
  function unseen(): number {
    return subjects.findIndex((_, index) => !panes.includes(index));
  }

  function draw(): void {
    const canAdd = mode === 'side' && panes.length < comparedAtMost && unseen() !== -1;
    controls.draw({ mode, scale, canAdd });
    const count = mode === 'one' ? 1 : mode === 'side' ? panes.length : 2;
    const shown = panes.slice(0, count).flatMap((index, place) => {
      const subject = subjects[index];
      if (subject === undefined) return [];
      const view = viewPicture(subject, scale, options);
      return [{ ...view, caption: captionOf(subject, view, place) }];
    });
    stage.className = `stage ${mode} ${scale === 'fit' ? 'fit' : 'sized'}`;
    stage.dataset['panes'] = String(shown.length);
    stage.replaceChildren(
      ...(mode === 'one' || mode === 'side'
        ? shown.map(({ picture, caption }) => h('figure', picture, caption))
        : stacked(mode, amounts, shown)),
    );
    for (const view of shown) follow(view);
  }

  /** A click looks closer; a view that is larger than its place is scrolled with the others. */
  function follow({ picture, shown }: ViewedPicture): void {
    const view = picture.parentElement instanceof HTMLDivElement ? picture.parentElement : picture;
    const image = picture.querySelector('img')!;
    image.addEventListener('click', (event) => look(image, event));
    if (scale === 'fit') return;
    view.tabIndex = 0;
    view.role = 'group';
    view.ariaLabel = image.alt;
    void shown.then(() => views.add(view));
  }

  /** A click looks closer at the place that was clicked, in all pictures, or at the whole again. */
  function look(image: HTMLImageElement, event: MouseEvent): void {
    if (scale !== 'fit') return zoom('fit');
    views.lookAt(pointIn(image, event));
    zoom(fittedScale(image) < 0.95 ? '100' : '200');
  }

  function captionOf(subject: Subject, { figures }: ViewedPicture, place: number): HTMLElement {
    const name = places[place] ?? '';
    const choose = (value: string) => {
      panes = panes.map((index, at) => (at === place ? Number(value) : index));
      draw();
      stage.querySelectorAll('select')[place]?.focus();
    };
    const entries = subjects.map(
      ({ label, group, image }, at) =>
        [String(at), label, only === undefined ? image.id : group] as const,
    );
    return h(
      'figcaption',
      h('label.select', h('span.unseen', name), select(entries, String(panes[place]), choose)),
      figures,
      pickButton(subject),
      panes.length > 2 &&
        mode === 'side' &&
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
}
