import type { Price, Sheet, SheetImage } from '../../src/sheet.ts';
import { count, fileSize, money, priceOf, sizeChange } from './amounts.ts';
import { card, shownPicture } from './card.ts';
import { changeFigures, goneCard } from './change.ts';
import { openCropper } from './cropper.ts';
import { askToBringBack, askToBuy, showHelp, showSnippets, showUndoConflict } from './dialogs.ts';
import { editor } from './editor.ts';
import { choice, h, nodesOf } from './element.ts';
import { everything, type Filter, flags, fromFragment, matches, toFragment } from './filter.ts';
import { comparedAtMost } from './first-panes.ts';
import { cropped, inspector, type InspectorActions } from './inspector.ts';
import { manyAtOnce } from './many.ts';
import { showMoney } from './money.ts';
import { fromFile, fromServer } from './pictures.ts';
import {
  apply,
  type Backdrop,
  keepPreferences,
  type Preferences,
  readPreferences,
  sizeOf,
  sizes,
  type Theme,
} from './preferences.ts';
import { server } from './server.ts';
import { listenForKeys } from './shortcuts.ts';
import { howToUndo } from './touch.ts';
import { type Columns, columnsIn, setChildren, setRows } from './rows.ts';
import { openVariation } from './variation.ts';
import { openViewer } from './viewer.ts';

const embedded = JSON.parse(
  document.querySelector('#sheet')?.textContent ?? 'null',
) as Sheet | null;
const isLive = embedded === null;
const source = isLive ? fromServer : fromFile;

let preferences = readPreferences();
let sheet: Sheet | null = embedded;
let { filter, selected } = fromFragment(location.hash);
// A sheet that compares shows the change first.
if (embedded?.base != null && location.hash === '') filter = { ...everything, flag: 'differs' };
/** The data of each card when it was drawn, so that a change redraws only the cards that changed. */
const drawn = new Map<string, DrawnCard>();
interface DrawnCard {
  readonly image: SheetImage;
  readonly isBuying: boolean;
  readonly card: HTMLElement;
}
/** The images that the next step is about; none: all that are shown. */
const marked = new Set<string>();
let lastMarked: string | null = null;
let inspected = '';
/** The images that pass the filter, and how many of them have cards. The others get theirs soon, a few at a time. */
let shown: readonly SheetImage[] = [];
/** Few enough to be drawn within one frame of a screen of 60 Hz. */
const drawnAtOnce = 48;
let drawnUpTo = drawnAtOnce;
let drawing: number | undefined;

const totals = h('dl', { class: 'totals' });
const title = h('h1', sheet?.project ?? 'Contact sheet');
const lost = h('p.lost', { role: 'status' });
const problems = h('section.problems', { 'aria-label': 'Mistakes and warnings' });
const search = h('input', {
  type: 'search',
  placeholder: 'Search',
  'aria-label': 'Search ids, prompts, models and keys',
  'aria-keyshortcuts': '/',
  oninput: () => look({ ...filter, text: search.value.trim() }),
});
search.value = filter.text;
const flagButtons = h('div.flags', { role: 'group', 'aria-label': 'Show' });
const manifests = h('select', {
  'aria-label': 'Manifest',
  onchange: () => look({ ...filter, manifest: manifests.value === '' ? null : manifests.value }),
});
const found = h('p.found', { role: 'status' });
const many = manyAtOnce({
  offer: server.offer,
  buy: (ids, price) => buyMany(ids, price),
  compare: () => compareMarked(),
  markAll: () => markAll(),
  clear: () => setMarks([]),
  copy: (text) => copy(text),
});
const firstStep = h('section.first-step', { 'aria-label': 'The next step', hidden: true });
const thumbnails = h('input', {
  type: 'range',
  ...sizes,
  value: sizeOf(preferences),
  'aria-label': 'Size of thumbnails',
  title: 'Size of thumbnails',
  oninput: () => prefer({ ...preferences, size: Number(thumbnails.value) }),
});
const rolls = h('main', { id: 'rolls' });
const panel = h('aside.panel', { 'aria-label': 'The selected image' });
/** The width below which the panel covers the sheet instead of standing beside it. The style sheet has the same. */
const narrow = matchMedia('(max-width: 63rem)');
const toast = h('p.toast', { role: 'status' });
const undoButton = h('button.undo', { hidden: true, onclick: undo }, 'Undo');
/** The open forms, which stay open with what was typed while other images are looked at. */
const editors = new Map<string, HTMLElement>();

function start(): void {
  apply(preferences);
  document.body.append(
    h(
      'header.top',
      h('div.title', title, lost),
      totals,
      h(
        'div.settings',
        choice<Theme>(
          'Theme',
          [
            ['auto', 'Auto'],
            ['light', 'Light'],
            ['dark', 'Dark'],
          ],
          preferences.theme,
          (theme) => prefer({ ...preferences, theme }),
        ),
        choice<Backdrop | 'auto'>(
          'Backdrop',
          [
            ['auto', 'As the theme'],
            ['light', 'Light'],
            ['dark', 'Dark'],
            ['checker', 'Checkerboard'],
          ],
          preferences.backdrop ?? 'auto',
          (backdrop) => prefer({ ...preferences, backdrop: backdrop === 'auto' ? null : backdrop }),
        ),
        thumbnails,
        undoButton,
        h('button.help', { 'aria-label': 'Help', onclick: help }, '?'),
      ),
    ),
    h('search.bar', search, flagButtons, manifests, found, many.element),
    problems,
    firstStep,
    h(
      'div.table',
      // In such a form, because the browser otherwise saves the state of thousands of boxes each time the page has scrolled.
      h(
        'form.sheet',
        { autocomplete: 'off', onsubmit: (event: Event) => event.preventDefault() },
        rolls,
      ),
      panel,
    ),
    toast,
  );
  listenForKeys({
    isOn: () => preferences.hasShortcuts,
    move,
    extend,
    mark: () => selected !== null && mark(selected, !marked.has(selected)),
    markAll,
    buy: many.buy,
    pick: (candidate) => withSelected((image) => actions.pick(image, candidate)),
    compare: () =>
      marked.size > 1 ? compareMarked() : withSelected((image) => actions.compare(image)),
    zoom: () => withSelected((image) => actions.look(image, null)),
    edit: () => withSelected((image) => actions.edit(image)),
    undo,
    search: () => search.focus(),
    help,
    close: closePanel,
  });
  narrow.addEventListener('change', closePanel);
  new ResizeObserver(() => {
    thumbnails.value = String(sizeOf(preferences));
    if (measure()) drawRolls();
  }).observe(rolls);
  addEventListener('hashchange', () => {
    const now = fromFragment(location.hash);
    if (toFragment(now.filter, now.selected) === toFragment(filter, selected)) return;
    search.value = now.filter.text;
    select(now.selected);
    look(now.filter);
  });
  if (sheet !== null) draw();
  if (isLive) follow();
}

/** Reads the sheet again after each change, one reading at a time. */
function follow(): void {
  let isReading = false;
  let isStale = false;
  const read = async (): Promise<void> => {
    isStale = true;
    if (isReading) return;
    isReading = true;
    try {
      while (isStale) {
        isStale = false;
        const from = performance.now();
        sheet = await server.sheet();
        draw();
        // A purchase of many pictures changes the sheet all the time, and reading a large one takes long.
        await new Promise((resolve) => setTimeout(resolve, 2 * (performance.now() - from)));
      }
    } catch (error) {
      say(wordsOf(error));
    } finally {
      isReading = false;
    }
  };
  found.textContent = 'Reading the project';
  server.listen(
    () => void read(),
    (isLost) => {
      lost.textContent = isLost ? 'The server has stopped. The page shows its last state.' : '';
    },
  );
  void read();
}

function draw(): void {
  if (sheet === null) return;
  title.textContent = sheet.project;
  document.title = `${sheet.project}: contact sheet`;
  totals.replaceChildren(...totalsOf(sheet));
  const latest = sheet.live?.undo ?? null;
  undoButton.hidden = latest === null;
  undoButton.title = latest === null ? '' : `Take back: ${latest}`;
  problems.replaceChildren(...problemsOf(sheet));
  const names = [...new Set(sheet.images.map(({ manifest }) => manifest))];
  manifests.hidden = names.length < 2;
  manifests.replaceChildren(
    h('option', { value: '' }, 'Every manifest'),
    ...names.map((name) => h('option', { value: name }, name)),
  );
  manifests.value = filter.manifest ?? '';
  drawFlags(sheet);
  const ids = new Set(sheet.images.map(({ id }) => id));
  for (const id of drawn.keys()) if (!ids.has(id)) drawn.delete(id);
  for (const id of marked) if (!ids.has(id)) marked.delete(id);
  drawFirstStep(sheet);
  if (selected === null || imageOf(selected) === null) selected = sheet.images[0]?.id ?? null;
  look(filter);
}

function totalsOf({ totals: sums, live, base }: Sheet): HTMLElement[] {
  const {
    images,
    pictures,
    missing,
    ordered,
    spentUsd,
    inUseUsd,
    inBatchesUsd,
    unknownCosts,
    toBuyUsd,
  } = sums;
  const { originalBytes: before, deliveredBytes: after } = sums;
  const figure = (name: string, value: string, note: string, more: Node | null = null) =>
    h('div', h('dt', name), h('dd', value), h('dd.aside', note, more));
  const isNothingElse = missing === 0 || (ordered > 0 && toBuyUsd?.high === 0);
  const price = isNothingElse ? 'nothing to buy' : `${priceOf(toBuyUsd)} to buy`;
  const inBatch = ordered === 0 ? '' : `${count(ordered, 'picture')} ordered in a batch, `;
  return [
    ...(base === null ? [] : [figure(`Change since ${base.ref}`, ...changeFigures(base))]),
    figure('Images', String(images), pictures === images ? '' : count(pictures, 'picture')),
    figure(
      'Missing',
      String(missing),
      `${inBatch}${live === null || !('refusal' in live.buying) ? price : 'not bought here'}`,
    ),
    figure(
      'Spent',
      money(spentUsd),
      [
        inBatchesUsd === 0 ? null : `${money(inBatchesUsd)} of it in batches`,
        spentUsd === inUseUsd ? null : `${money(inUseUsd)} of it in use`,
        unknownCosts === 0 ? null : `${unknownCosts} more at an unknown cost`,
      ]
        .filter((note) => note !== null)
        .join(', '),
      spentUsd === 0
        ? null
        : h('button.more-money', { onclick: () => sheet !== null && showMoney(sheet) }, 'Details'),
    ),
    figure(
      'Delivered',
      before === 0 ? '–' : fileSize(after),
      before === 0 ? '' : `${sizeChange(before, after)} than the originals`,
    ),
  ];
}

function problemsOf({ problem, diagnostics, live }: Sheet): HTMLElement[] {
  const mistakes = diagnostics.filter(({ severity }) => severity === 'error');
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning');
  const list = (summary: string, found: typeof diagnostics, isOpen: boolean) =>
    h(
      'details',
      { open: isOpen, class: isOpen ? 'note wrong' : 'note' },
      h('summary', summary),
      h(
        'ul',
        ...found.map(({ file, line, column, message, frame }) =>
          h(
            'li',
            h('code', `${file}:${line}:${column}`),
            h('p.words', message),
            frame !== null && isOpen && h('pre', frame),
          ),
        ),
      ),
    );
  return [
    ...[problem, live?.failure?.message ?? null].flatMap((message) =>
      message === null ? [] : [h('p.note.wrong.words', { role: 'alert' }, message)],
    ),
    ...(mistakes.length === 0
      ? []
      : [
          list(
            `${count(mistakes.length, 'mistake')}. The page shows the project as it was before`,
            mistakes,
            true,
          ),
        ]),
    ...(warnings.length === 0 ? [] : [list(count(warnings.length, 'warning'), warnings, false)]),
  ];
}

/** As long as nothing was ever bought: what the drawings are, and what comes next. */
function drawFirstStep({ images, totals, live }: Sheet): void {
  const { missing, spentUsd, unknownCosts } = totals;
  const isFirst = missing > 0 && spentUsd === 0 && unknownCosts === 0;
  firstStep.hidden = images.length > 0 && !isFirst;
  if (firstStep.hidden) return;
  if (images.length === 0) {
    firstStep.replaceChildren(
      'There are no images yet. ',
      h('code', 'npx tintype init'),
      ' writes a first manifest.',
    );
    return;
  }
  const canBuy = live !== null && !('refusal' in live.buying);
  const offered = canBuy ? images.filter(({ price }) => price !== null).length : 0;
  firstStep.replaceChildren(
    h('strong', 'Nothing has been bought yet.'),
    ` The pictures are free drawings in the place of ${count(missing, 'image')}. Look through the prompts, then `,
    offered > 0 ? h('strong', `Buy ${offered} missing`) : h('code', 'npx tintype'),
    offered > 0
      ? ': the page asks once, with the price.'
      : ' buys them: it asks once, with the price.',
  );
}

function drawFlags({ images, base }: Sheet): void {
  const button = (flag: Filter['flag'], name: string, number: number) =>
    h(
      'button',
      {
        'aria-pressed': String(filter.flag === flag),
        'data-flag': flag ?? 'all',
        disabled: number === 0 && filter.flag !== flag && flag !== null,
        onclick: () => look({ ...filter, flag: filter.flag === flag ? null : flag }),
      },
      name,
      h('span.number', String(number)),
    );
  const holds =
    document.activeElement instanceof HTMLElement && flagButtons.contains(document.activeElement)
      ? document.activeElement.dataset['flag']
      : undefined;
  flagButtons.replaceChildren(
    button(null, 'All', images.length),
    ...flags
      .filter(([flag]) => flag !== 'differs' || base !== null)
      .map(([flag, name]) =>
        button(flag, name, images.filter((image) => image.flags.includes(flag)).length),
      ),
  );
  if (holds !== undefined) {
    flagButtons.querySelector<HTMLElement>(`[data-flag="${holds}"]`)?.focus();
  }
}

/**
 * One roll per manifest. Cards whose image is as it was stay as they are, with their pictures and their focus. A thousand cards at once
 * would make every search stutter, so that each call draws some more, until the browser can find the name of every image.
 */
function drawRolls(): void {
  bought = new Set(sheet?.live?.purchase?.ids);
  if (columns.width === 0) measure();
  const images = shown.slice(0, drawnUpTo);
  const sections = [...Map.groupBy(images, ({ manifest }) => manifest)].map(([name, own]) => {
    const roll =
      rolls.querySelector<HTMLElement>(`[data-roll="${CSS.escape(name)}"]`) ?? newRoll(name);
    setRows(roll.lastElementChild!, own.map(cardOf), columns);
    return roll;
  });
  setChildren(
    rolls,
    isAllOrChange() && drawnUpTo >= shown.length ? [...sections, ...goneRoll()] : sections,
  );
  rolls.dataset['empty'] = String(shown.length === 0);
  clearTimeout(drawing);
  if (drawnUpTo < shown.length) drawing = setTimeout(drawMore);
}

let columns: Columns = { count: 1, width: 0 };

/** Sees how many cards fit side by side, and returns whether that is another number than before. */
function measure(): boolean {
  const { paddingLeft, paddingRight } = getComputedStyle(rolls);
  const room = rolls.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  const { count: before } = columns;
  columns = columnsIn(room, sizeOf(preferences));
  rolls.style.setProperty('--columns', String(columns.count));
  rolls.style.setProperty('--card', `${columns.width}px`);
  return columns.count !== before;
}

/** The images of the purchase that is running. */
let bought: ReadonlySet<string> = new Set();

function cardOf(image: SheetImage): HTMLElement {
  const isBuying = image.price !== null && bought.has(image.id);
  const known = drawn.get(image.id);
  const isKnown =
    known?.isBuying === isBuying &&
    (known.image === image || JSON.stringify(known.image) === JSON.stringify(image));
  const element = isKnown
    ? known.card
    : card(image, source, isBuying, { select: (id) => open(id), mark });
  if (!isKnown && known?.card.contains(document.activeElement))
    requestAnimationFrame(focusSelected);
  if (!isKnown && marked.has(image.id)) showMark(element, true);
  drawn.set(image.id, { image, isBuying, card: element });
  return element;
}

function isAllOrChange(): boolean {
  return (
    filter.text === '' &&
    filter.manifest === null &&
    (filter.flag === null || filter.flag === 'differs')
  );
}

let goneDrawn: HTMLElement | null = null;

/** The images that are gone since the base, below all others. */
function goneRoll(): HTMLElement[] {
  const gone = sheet?.base?.gone ?? [];
  if (gone.length === 0) return [];
  goneDrawn ??= h(
    'section.roll',
    { 'aria-label': 'Gone' },
    h('h2', `Gone since ${sheet?.base?.ref ?? ''}`),
    h('ul.frames', ...gone.map((image) => goneCard(image, source))),
  );
  return [goneDrawn];
}

function newRoll(name: string): HTMLElement {
  return h(
    'section.roll',
    { 'data-roll': name, 'aria-label': name },
    h('h2', name),
    h('div', { role: 'list' }),
  );
}

/** Shows the images that pass the filter, and no others. */
function look(next: Filter): void {
  const isAnother = toFragment(next, null) !== toFragment(filter, null);
  filter = next;
  if (sheet === null) return;
  shown = sheet.images.filter((image) => matches(image, filter));
  if (isAnother) drawnUpTo = drawnAtOnce;
  drawRolls();
  for (const button of flagButtons.querySelectorAll<HTMLElement>('button')) {
    button.setAttribute('aria-pressed', String(button.dataset['flag'] === (filter.flag ?? 'all')));
  }
  const isAll = toFragment(filter, null) === toFragment(everything, null);
  found.textContent = isAll ? '' : `${shown.length} of ${count(sheet.images.length, 'image')}`;
  many.draw(sheet, shown, marked);
  select(selected);
}

/** Selects an image, and shows everything about it. */
function select(id: string | null): void {
  selected = id;
  stop?.removeAttribute('aria-current');
  const frame = frameOf(id);
  frame?.setAttribute('aria-current', 'true');
  // The Tab key stops here once, and at the box beside it. The arrows and j and k move on from it.
  stopAt(frame ?? rolls.querySelector<HTMLElement>('.frame'));
  history.replaceState(null, '', toFragment(filter, id) || location.pathname + location.search);
  drawPanel();
}

let stop: HTMLElement | null = null;

function stopAt(frame: HTMLElement | null): void {
  const set = (element: HTMLElement | null, tabindex: string) => {
    element?.setAttribute('tabindex', tabindex);
    element?.parentElement?.querySelector('.tick input')?.setAttribute('tabindex', tabindex);
  };
  set(stop, '-1');
  set(frame, '0');
  stop = frame;
}

function drawPanel(): void {
  const image = selected === null ? null : imageOf(selected);
  const form = image === null ? undefined : editors.get(image.id);
  if (form !== undefined) {
    inspected = '';
    panel.dataset['id'] = image?.id ?? '';
    if (!panel.contains(form)) panel.replaceChildren(form);
    return;
  }
  const now = JSON.stringify([image, sheet?.live, relatives(image)]);
  if (now === inspected || isTyping(image?.id)) return;
  const isAnother = panel.dataset['id'] !== image?.id;
  inspected = now;
  panel.dataset['id'] = image?.id ?? '';
  const top = panel.scrollTop;
  const focused = focusIn();
  panel.replaceChildren(
    ...(image === null
      ? []
      : inspector(image, sheet?.images ?? [], sheet?.live ?? null, source, actions)),
  );
  panel.scrollTop = isAnother ? 0 : top;
  if (focused !== null) focusAgain(focused);
}

/** The images that the panel shows beside one: a change of theirs draws it again. */
function relatives(image: SheetImage | null): readonly (string | undefined)[] {
  if (image === null) return [];
  return (sheet?.images ?? [])
    .filter(({ id, madeFrom }) => madeFrom.includes(image.id) || image.madeFrom.includes(id))
    .map((one) => one.id + shownPicture(one)?.hash);
}

/** Whether a comment is half written. It is drawn again once it is written or given up. */
function isTyping(id: string | undefined): boolean {
  const { activeElement } = document;
  return (
    panel.dataset['id'] === id &&
    panel.contains(activeElement) &&
    activeElement instanceof HTMLInputElement &&
    activeElement.value !== activeElement.defaultValue
  );
}

/** The parts of the panel that can have the focus, so that one keeps it when the panel is drawn again. */
function stops(): readonly HTMLElement[] {
  return [...panel.querySelectorAll<HTMLElement>('button:not([disabled]), input')];
}

/** Which of them has the focus: its place, and its name, because another may have its place afterwards. */
function focusIn(): { readonly at: number; readonly name: string } | null {
  const { activeElement: focused } = document;
  if (!(focused instanceof HTMLElement) || !panel.contains(focused)) return null;
  return { at: stops().indexOf(focused), name: nameOf(focused) };
}

function focusAgain({ at, name }: { readonly at: number; readonly name: string }): void {
  const all = stops();
  const near = all[at] instanceof HTMLInputElement ? all[0] : all[at];
  (all.find((stop) => nameOf(stop) === name) ?? near ?? all[0])?.focus();
}

function nameOf(element: HTMLElement): string {
  return element.getAttribute('aria-label') ?? element.textContent;
}

const actions: InspectorActions = {
  pick(image, candidate) {
    if (candidate > image.candidates.length || image.candidates.length === 1) {
      say(`"${image.id}" has ${count(image.candidates.length, 'candidate')}.`);
    } else if (!isLive) {
      copy(`tintype pick ${image.id} ${candidate}`);
    } else {
      return server
        .pick(image.id, candidate)
        .then(() => {
          say(
            candidate === image.pick
              ? `${image.id} keeps pick: ${candidate}.`
              : `Wrote pick: ${candidate} for ${image.id} to ${image.manifest}.`,
          );
          return true;
        })
        .catch((error: unknown) => {
          say(wordsOf(error));
          return false;
        });
    }
    return Promise.resolve(false);
  },
  buy(image) {
    const buying = sheet?.live?.buying;
    if (image.price === null || buying === undefined || 'refusal' in buying) return;
    const upToUsd = image.price.costUsd?.high ?? null;
    const isDear = upToUsd === null || upToUsd > buying.confirmAboveUsd;
    if (isDear) buyMany([image.id], image.price);
    else order([image.id], upToUsd);
  },
  edit(image) {
    if (!isLive) copy(`${image.manifest}:${image.line}`);
    else void edit(image.id);
  },
  crop: (image) => void crop(image),
  vary: (image) => void vary(image),
  select,
  use: (image) =>
    void openWith(
      () => server.snippets(image.id),
      (snippets) => showSnippets(image.id, snippets, copy),
    ),
  bringBack: (image, key) => void bringBack(image.id, key),
  note: (image, key, note) =>
    void server.note(image.id, key, note).catch((error: unknown) => say(wordsOf(error))),
  look: (image, candidate) => view([image], { mode: 'one', candidate }),
  compare: (image, key) => view([image], { mode: 'side', candidate: null, past: key ?? null }),
  copy,
  close: closePanel,
};

function view(images: readonly SheetImage[], first: Parameters<typeof openViewer>[1]): void {
  const pick = sheet?.live?.role === 'look' ? null : actions.pick;
  openViewer(images, first, { source, isLive, pick });
}

function order(ids: readonly string[], upToUsd: number | null): void {
  void server.buy(ids, upToUsd).catch((error: unknown) => say(wordsOf(error)));
}

/** One question with the price, and then one order. */
function buyMany(ids: readonly string[], price: Price): void {
  const attempted = [...ids, ...price.upstream].filter((id) =>
    imageOf(id)?.candidates.some(({ status }) => status === 'attempted'),
  );
  askToBuy(ids, price, attempted, () => order(ids, price.costUsd?.high ?? null));
}

function compareMarked(): void {
  const images = [...marked].flatMap((id) => imageOf(id) ?? []).slice(0, comparedAtMost);
  view(images, { mode: 'side', candidate: null });
}

function mark(id: string, isMarked: boolean, isRange = false): void {
  const ids = shown.map((image) => image.id);
  const [from, to] = [ids.indexOf(lastMarked ?? id), ids.indexOf(id)].toSorted((a, b) => a - b);
  const range = isRange && from !== undefined && from !== -1 ? ids.slice(from, to! + 1) : [id];
  lastMarked = id;
  setMarks(isMarked ? [...marked, ...range] : [...marked].filter((one) => !range.includes(one)));
}

/** Marks all that are shown; if they are marked already, none. */
function markAll(): void {
  const ids = shown.map(({ id }) => id);
  setMarks(ids.every((id) => marked.has(id)) ? [] : [...marked, ...ids]);
}

function setMarks(ids: readonly string[]): void {
  marked.clear();
  for (const id of ids) marked.add(id);
  for (const [id, { card: element }] of drawn) showMark(element, marked.has(id));
  rolls.classList.toggle('marking', marked.size > 0);
  if (sheet !== null) many.draw(sheet, shown, marked);
}

function showMark(element: HTMLElement, isMarked: boolean): void {
  element.classList.toggle('marked', isMarked);
  element.querySelector<HTMLInputElement>('.tick input')!.checked = isMarked;
}

/** Marks the selected image, goes on to the next, and marks that. */
function extend(by: number): void {
  if (selected !== null) mark(selected, true);
  move(by);
  if (selected !== null) mark(selected, true);
}

let isOpening = false;

/** Opens a dialog with what the server says, once, however often its button is pressed meanwhile. */
async function openWith<Data>(
  read: () => Promise<Data>,
  show: (data: Data) => void,
): Promise<void> {
  if (isOpening) return;
  isOpening = true;
  try {
    show(await read());
  } catch (error) {
    say(wordsOf(error));
  } finally {
    isOpening = false;
  }
}

function bringBack(id: string, key: string): Promise<void> {
  return openWith(
    () => server.bringBack(id, key),
    ({ changes, revision, proposal }) => {
      askToBringBack(id, proposal, () => {
        void server
          .edit(id, changes, revision)
          .then((conflict) =>
            say(conflict?.message ?? `${id} has that picture again. ${howToUndo}`),
          )
          .catch((error: unknown) => say(wordsOf(error)));
      });
    },
  );
}

async function crop(image: SheetImage): Promise<void> {
  const picture = cropped(image);
  const url = picture && source(picture.hash);
  if (picture === null || url === null) return;
  await openWith(
    () => server.form(image.id),
    (form) => openCropper(image, picture, form, { ...server, save: server.edit, url, say }),
  );
}

function vary(image: SheetImage): Promise<void> {
  const picture = cropped(image);
  return openWith(
    () => server.form(image.id),
    (form) =>
      openVariation(image, picture, form, {
        ...server,
        url: picture && source(picture.hash),
        isTaken: (id) => imageOf(id) !== null,
        save: server.edit,
        added: (id, what) => {
          say(`Added ${what}. ${howToUndo}`);
          // It is there as soon as the sheet is read again.
          selected = id;
        },
      }),
  );
}

async function edit(id: string): Promise<void> {
  try {
    if (!editors.has(id)) {
      editors.set(
        id,
        editor(await server.form(id), { ...server, save: server.edit, close: closeEditor }),
      );
    }
    if (selected !== id) return;
    drawPanel();
    panel.querySelector<HTMLElement>('.editor textarea, .editor input')?.focus();
  } catch (error) {
    say(wordsOf(error));
  }
}

function closeEditor(id: string, isSaved: boolean): void {
  editors.delete(id);
  if (isSaved) say(`Saved ${id}. ${howToUndo}`);
  drawPanel();
  panel.querySelector<HTMLElement>('.edit')?.focus();
}

function undo(): void {
  if (!isLive) return;
  void server
    .undo()
    .then((outcome) =>
      'what' in outcome ? say(`Took back: ${outcome.what}.`) : showUndoConflict(outcome),
    )
    .catch((error: unknown) => say(wordsOf(error)));
}

/** A click on a frame. On a narrow screen the panel then covers the sheet. */
function open(id: string): void {
  select(id);
  if (!narrow.matches) return;
  panel.classList.add('open');
  rolls.inert = true;
  panel.querySelector<HTMLElement>('.close')?.focus();
}

function closePanel(): void {
  if (!panel.classList.contains('open')) return;
  panel.classList.remove('open');
  rolls.inert = false;
  focusSelected();
}

function move(by: number): void {
  const at = shown.findIndex(({ id }) => id === selected);
  const to = at === -1 ? 0 : Math.min(shown.length - 1, Math.max(0, at + by));
  const next = shown[to];
  if (next === undefined) return;
  if (to >= drawnUpTo) drawMore(to + 1);
  select(next.id);
  if (!rolls.inert) focusSelected();
}

function focusSelected(): void {
  const frame = frameOf(selected);
  frame?.focus({ preventScroll: true });
  frame?.scrollIntoView({ block: 'nearest' });
}

/** The frame of an image on the sheet; `null`: the filter hides the image, or the user has not scrolled that far. */
function frameOf(id: string | null): HTMLElement | null {
  const element = id === null ? undefined : drawn.get(id)?.card;
  return element?.isConnected ? element.querySelector<HTMLElement>('.frame') : null;
}

function drawMore(atLeast = 0): void {
  drawnUpTo = Math.max(drawnUpTo + drawnAtOnce, atLeast);
  drawRolls();
}

function withSelected(act: (image: SheetImage) => void): void {
  const image = selected === null ? null : imageOf(selected);
  if (image !== null) act(image);
}

function imageOf(id: string): SheetImage | null {
  return sheet?.images.find((image) => image.id === id) ?? null;
}

function prefer(next: Preferences): void {
  preferences = next;
  keepPreferences(preferences);
  apply(preferences);
  if (measure()) drawRolls();
}

function help(): void {
  showHelp(preferences.hasShortcuts, (hasShortcuts) => prefer({ ...preferences, hasShortcuts }));
}

/** If the page may not write to the clipboard, it shows the text instead. */
function copy(text: string): void {
  const copying = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
  copying.then(
    () => say(`Copied: ${text}`),
    () => say(text),
  );
}

let saying: number | undefined;

function say(text: string): void {
  toast.replaceChildren(...nodesOf([text]));
  clearTimeout(saying);
  saying = setTimeout(() => toast.replaceChildren(), 8000);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// At the end of the file, because everything above must have its value.
start();
