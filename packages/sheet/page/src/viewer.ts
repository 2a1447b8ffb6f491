import type { SheetImage, Variant } from '../../src/sheet.ts';
import { fileSize, moment } from './amounts.ts';
import { openDialog } from './dialogs.ts';
import { choice, h } from './element.ts';
import type { PictureSource } from './pictures.ts';

type Mode = 'one' | 'side' | 'slider';

/** A picture to look at: the original, a file that is made from it, or the delivered file. */
interface Subject {
  readonly label: string;
  readonly group: string;
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  /** `null`: the original. */
  readonly format: string | null;
  /** Known before the file is loaded. */
  readonly bytes: number | null;
  /** Of a past picture. */
  readonly key: string | null;
}

interface ViewerOptions {
  readonly source: PictureSource;
  /** Whether files can be encoded on demand, which needs a server. */
  readonly isLive: boolean;
}

/**
 * One image up close: alone, two of its pictures side by side, or one above the other with a slider. It is shown fitted to
 * the screen, pixel by pixel, enlarged, or in the formats and widths of its files.
 */
export function openViewer(
  image: SheetImage,
  first: {
    readonly mode: Mode;
    readonly candidate: number | null;
    /** The key of a past picture that is shown second. */
    readonly past?: string | null;
  },
  options: ViewerOptions,
): void {
  const subjects = subjectsOf(image, options.isLive);
  const start = subjects.findIndex(
    ({ group }) => group === candidateName(image, first.candidate ?? image.pick ?? 1),
  );
  let mode = first.mode;
  let left = Math.max(0, start);
  const past = subjects.findIndex(({ key }) => key !== null && key === first.past);
  let right = past === -1 ? otherThan(subjects, left) : past;
  let scale = 'fit';
  let position = 50;

  const stage = h('div.stage', { tabindex: 0, role: 'group', 'aria-label': 'Pictures' });
  const controls = h('div', { class: 'controls' });
  drawControls();
  draw();
  openDialog('viewer', { title: image.id, label: `${image.id}, up close`, controls }, stage);

  function drawControls(): void {
    const modes: readonly (readonly [Mode, string])[] = [
      ['one', 'One'],
      ['side', 'Side by side'],
      ['slider', 'Slider'],
    ];
    controls.replaceChildren(
      picker('First', left, (index) => (left = index)),
      mode === 'one' ? '' : picker('Second', right, (index) => (right = index)),
      h(
        'label.select',
        h('span', 'Scale'),
        select(scales(image.variants, options.isLive), scale, (value) => {
          scale = value;
          draw();
        }),
      ),
      choice('View', modes, mode, (value) => {
        mode = value;
        drawControls();
        draw();
        controls.querySelector<HTMLInputElement>(`[value="${value}"]`)?.focus();
      }),
    );
  }

  function picker(label: string, index: number, onChange: (index: number) => void): HTMLElement {
    return h(
      'label.select',
      h('span', label),
      select(
        subjects.map((subject, at) => [String(at), subject.label, subject.group] as const),
        String(index),
        (value) => {
          onChange(Number(value));
          draw();
        },
      ),
    );
  }

  function draw(): void {
    const shown = [subjects[left], ...(mode === 'one' ? [] : [subjects[right]])];
    const views = shown.flatMap((subject) =>
      subject === undefined ? [] : [viewPicture(subject, image, scale, options)],
    );
    stage.className = `stage ${mode} ${scale === 'fit' ? 'fit' : 'sized'}`;
    if (mode !== 'slider') {
      stage.replaceChildren(...views.map(({ figure }) => figure));
      return;
    }
    const over = h('div.over', ...views.map(({ picture }) => picture));
    const range = h('input', {
      type: 'range',
      min: 0,
      max: 100,
      value: position,
      'aria-label': 'How much of the first picture is shown',
      oninput: () => {
        position = Number(range.value);
        over.style.setProperty('--cut', `${position}%`);
      },
    });
    over.style.setProperty('--cut', `${position}%`);
    over.append(h('span.cut', { 'aria-hidden': 'true' }), range);
    stage.replaceChildren(over, h('div.captions', ...views.map(({ caption }) => caption)));
  }
}

function subjectsOf(image: SheetImage, isLive: boolean): Subject[] {
  const candidates = image.candidates.flatMap((candidate): Subject[] => {
    const { number, picture, format, bytes } = candidate;
    if (picture === null) return [];
    const group = candidateName(image, number);
    const { hash, width, height } = picture;
    const original: Subject = {
      label: bytes === null ? `${group}: drawing` : `${group}: original ${format ?? ''}`,
      group,
      hash,
      width,
      height,
      format: null,
      bytes,
      key: null,
    };
    const formats = isLive ? [...new Set(image.variants.map((variant) => variant.format))] : [];
    return [
      original,
      ...formats.map((name): Subject => {
        const widest = widestOf(image.variants, name);
        return {
          label: `${group}: ${name}`,
          group,
          hash,
          width: widest?.width ?? width,
          height: widest?.height ?? height,
          format: name,
          bytes: null,
          key: null,
        };
      }),
    ];
  });
  const delivered = image.deliveries.flatMap(({ name, picture, files }): Subject[] => {
    const file = files.find(({ width }) => width === picture?.width);
    if (picture === null) return [];
    const { hash, width, height } = picture;
    const label = `delivered: ${file?.file ?? name}`;
    return [
      {
        label,
        group: 'delivered',
        hash,
        width,
        height,
        format: null,
        bytes: file?.bytes ?? null,
        key: null,
      },
    ];
  });
  const earlier = [...image.past, ...(image.change?.before ?? [])];
  const past = [...new Map(earlier.map((one) => [one.key, one])).values()].flatMap(
    ({ key, picture, bytes, createdAt }): Subject[] => {
      if (picture === null) return [];
      const { hash, width, height } = picture;
      return [
        {
          label: moment(createdAt),
          group: 'history',
          hash,
          width,
          height,
          format: null,
          bytes,
          key,
        },
      ];
    },
  );
  return [...candidates, ...delivered, ...past];
}

function widestOf(variants: readonly Variant[], format: string): Variant | undefined {
  return variants
    .filter((variant) => variant.format === format)
    .toSorted((a, b) => b.width - a.width)[0];
}

function candidateName({ candidates }: SheetImage, number: number): string {
  return candidates.length === 1 ? 'picture' : `candidate ${number}`;
}

/** Another candidate if there is one; otherwise a file that is made from the first. */
function otherThan(subjects: readonly Subject[], index: number): number {
  const first = subjects[index];
  const other = subjects.findIndex(
    ({ group, format }) =>
      group !== first?.group && group !== 'delivered' && group !== 'history' && format === null,
  );
  if (other !== -1) return other;
  return Math.min(index + 1, subjects.length - 1);
}

function scales(
  variants: readonly Variant[],
  isLive: boolean,
): (readonly [string, string, string])[] {
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

function select(
  entries: readonly (readonly [value: string, label: string, group: string])[],
  current: string,
  onChange: (value: string) => void,
): HTMLSelectElement {
  const groups = new Map<string, HTMLElement>();
  const element = h('select', { onchange: () => onChange(element.value) });
  for (const [value, label, group] of entries) {
    const option = h('option', { value }, label);
    option.selected = value === current;
    if (group === '') {
      element.append(option);
      continue;
    }
    const parent = groups.get(group) ?? h('optgroup', { label: group });
    if (!groups.has(group)) element.append(parent);
    groups.set(group, parent);
    parent.append(option);
  }
  return element;
}

interface ViewedPicture {
  readonly figure: HTMLElement;
  readonly picture: HTMLElement;
  readonly caption: HTMLElement;
}

/** A picture at a scale, with its size in pixels and bytes. */
function viewPicture(
  subject: Subject,
  image: SheetImage,
  scale: string,
  { source, isLive }: ViewerOptions,
): ViewedPicture {
  const shownWidth = scale.startsWith('w') ? Number(scale.slice(1)) : null;
  const file = fileOf(subject, image, shownWidth);
  const element = h('img', {
    alt: image.alt === '' ? subject.label : image.alt,
    draggable: 'false',
  });
  const caption = h('figcaption', h('span', subject.label), h('span.figures', '…'));
  const picture = h('div.mat', element);
  const say = (text: string) => caption.lastElementChild!.replaceChildren(text);
  const figuresOf = (width: number, height: number, bytes: number | null) =>
    [`${width}×${height}`, bytes === null ? null : fileSize(bytes)]
      .filter((part) => part !== null)
      .join('  ');

  void load();
  return { figure: h('figure', picture, caption), picture, caption };

  async function load(): Promise<void> {
    const url = source(subject.hash, file.query);
    if (url === null) return say('not in this file');
    try {
      if (!isLive) {
        element.src = url;
        await element.decode();
        const preview = element.naturalWidth < subject.width ? ', as a smaller preview here' : '';
        say(figuresOf(subject.width, subject.height, subject.bytes) + preview);
      } else {
        say('loading');
        const response = await fetch(url);
        if (!response.ok) throw new Error((await response.text()).slice(0, 300));
        const blob = await response.blob();
        element.src = URL.createObjectURL(blob);
        await element.decode();
        URL.revokeObjectURL(element.src);
        say(figuresOf(element.naturalWidth, element.naturalHeight, blob.size));
      }
      const width = shownWidth ?? (scale === 'fit' ? null : (file.width * Number(scale)) / 100);
      if (width !== null) element.style.setProperty('width', `${width}px`);
    } catch (error) {
      picture.classList.add('broken');
      say(error instanceof Error ? error.message : String(error));
    }
  }
}

/** Which file to load: if there is one in the format and with the width at which the picture is shown, that one. */
function fileOf(
  { format, width }: Subject,
  image: SheetImage,
  shownWidth: number | null,
): { readonly query: string; readonly width: number } {
  if (format === null) return { query: '', width };
  const isThere = image.variants.some(
    (variant) => variant.format === format && variant.width === shownWidth,
  );
  const requested = isThere && shownWidth !== null ? shownWidth : width;
  const query = new URLSearchParams({ image: image.id, format, width: String(requested) });
  return { query: `?${query}`, width: requested };
}
