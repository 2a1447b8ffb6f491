import type { Sheet, SheetImage } from '../../src/sheet.ts';
import { filterBar } from './bar.ts';
import { showHelp } from './dialogs.ts';
import { editor } from './editor.ts';
import { h } from './element.ts';
import { type Filter, fromFragment, matches, toFragment } from './filter.ts';
import { firstStepOf } from './first-step.ts';
import { follow } from './follow.ts';
import { pageHead } from './head.ts';
import { bringBack, compareMarked, crop, pick, undo, use, vary, view } from './image-dialogs.ts';
import type { InspectorActions } from './inspector.ts';
import { manyAtOnce } from './many.ts';
import { imageMarks } from './marks.ts';
import { apply, keepPreferences, type Preferences } from './preferences.ts';
import { problemsOf } from './problems.ts';
import { buyImage, buyMany } from './purchase.ts';
import { pictureRolls } from './rolls.ts';
import { server } from './server.ts';
import { listenForKeys } from './shortcuts.ts';
import { sidePanel } from './side-panel.ts';
import { imageOf, isLive, isShown, marked, state } from './state.ts';
import { copy, orSay, say, toast } from './toast.ts';
import { howToUndo } from './touch.ts';

/** The width below which the panel covers the sheet instead of standing beside it. The style sheet has the same. */
const narrow = matchMedia('(max-width: 63rem)');

const actions: InspectorActions = {
  pick,
  buy: buyImage,
  edit,
  crop,
  vary: (image) =>
    vary(image, (id) => {
      state.selected = id;
    }),
  select,
  use,
  bringBack,
  note: (image, key, note) => orSay(server.note(image.id, key, note)),
  look: (image, candidate) => view([image], { mode: 'one', candidate }),
  compare: (image, key) => view([image], { mode: 'side', candidate: null, past: key ?? null }),
  measure: server.measure,
  copy,
  close: closePanel,
};

const head = pageHead({ prefer, undo, help });
const marks = imageMarks(showMarks);
const many = manyAtOnce({
  offer: server.offer,
  buy: buyMany,
  compare: compareMarked,
  markAll: marks.markAll,
  clear: marks.clear,
  copy,
});
const bar = filterBar(look, many.element);
const problems = h('section.problems', { 'aria-label': 'Mistakes and warnings' });
const firstStep = h('section.first-step', { 'aria-label': 'The next step', hidden: true });
const rolls = pictureRolls({ select: open, mark: marks.mark });
const panel = sidePanel(actions);

function start(): void {
  apply(state.preferences);
  document.body.append(
    head.element,
    bar.element,
    problems,
    firstStep,
    h(
      'div.table',
      // In such a form, because the browser otherwise saves the state of thousands of boxes each time the page has scrolled.
      h(
        'form.sheet',
        { autocomplete: 'off', onsubmit: (event: Event) => event.preventDefault() },
        rolls.element,
      ),
      panel.element,
    ),
    toast,
  );
  listenForKeys({
    isOn: () => state.preferences.hasShortcuts,
    move,
    extend,
    mark: () => state.selected !== null && marks.mark(state.selected, !marked.has(state.selected)),
    markAll: marks.markAll,
    buy: many.buy,
    pick: (candidate) => withSelected((image) => void pick(image, candidate)),
    compare: () => (marked.size > 1 ? compareMarked() : withSelected(actions.compare)),
    zoom: () => withSelected((image) => actions.look(image, null)),
    edit: () => withSelected(edit),
    undo,
    search: bar.focus,
    help,
    close: closePanel,
  });
  narrow.addEventListener('change', closePanel);
  new ResizeObserver(() => {
    head.showSize();
    rolls.fit();
  }).observe(rolls.element);
  addEventListener('hashchange', () => {
    const { filter, selected } = fromFragment(location.hash);
    if (isShown(filter, selected)) return;
    select(selected);
    look(filter);
  });
  if (state.sheet !== null) show(state.sheet);
  if (!isLive) return;
  bar.say('Reading the project');
  follow(show, head.showLost);
}

function show(sheet: Sheet): void {
  state.sheet = sheet;
  head.draw(sheet);
  problems.replaceChildren(...problemsOf(sheet));
  bar.draw(sheet);
  const step = firstStepOf(sheet);
  firstStep.hidden = step.length === 0;
  firstStep.replaceChildren(...step);
  for (const id of marked) if (imageOf(id) === null) marked.delete(id);
  if (imageOf(state.selected) === null) state.selected = sheet.images[0]?.id ?? null;
  look(state.filter);
}

/** Shows the images that pass the filter, and no others. */
function look(next: Filter): void {
  const { sheet } = state;
  state.filter = next;
  if (sheet === null) return;
  state.shown = sheet.images.filter((image) => matches(image, next));
  rolls.draw();
  bar.showFilter(sheet);
  many.draw(sheet, state.shown, marked);
  select(state.selected);
}

/** Selects an image, and shows everything about it. */
function select(id: string | null): void {
  state.selected = id;
  rolls.showSelected();
  const fragment = toFragment(state.filter, id);
  history.replaceState(null, '', fragment || location.pathname + location.search);
  panel.draw();
}

/** A click on a frame. On a narrow screen the panel then covers the sheet. */
function open(id: string): void {
  select(id);
  if (!narrow.matches) return;
  panel.element.classList.add('open');
  rolls.element.inert = true;
  panel.element.querySelector<HTMLElement>('.close')?.focus();
}

function closePanel(): void {
  const { classList } = panel.element;
  if (!classList.contains('open')) return;
  classList.remove('open');
  rolls.element.inert = false;
  rolls.focusSelected();
}

function edit(image: SheetImage): void {
  if (isLive) orSay(openForm(image.id));
  else copy(`${image.manifest}:${image.line}`);
}

async function openForm(id: string): Promise<void> {
  const { forms, element } = panel;
  if (!forms.has(id)) {
    const form = await server.form(id);
    forms.set(id, editor(form, { ...server, close: closeForm }));
  }
  if (state.selected !== id) return;
  panel.draw();
  element.querySelector<HTMLElement>('.editor textarea, .editor input')?.focus();
}

function closeForm(id: string, isSaved: boolean): void {
  panel.forms.delete(id);
  if (isSaved) say(`Saved ${id}. ${howToUndo}`);
  panel.draw();
  panel.element.querySelector<HTMLElement>('.edit')?.focus();
}

function move(by: number): void {
  const { shown, selected } = state;
  const at = shown.findIndex(({ id }) => id === selected);
  const to = at === -1 ? 0 : Math.min(shown.length - 1, Math.max(0, at + by));
  const next = shown[to];
  if (next === undefined) return;
  select(next.id);
  if (!rolls.element.inert) rolls.focusSelected();
}

/** Marks the selected image, goes on to the next, and marks that. */
function extend(by: number): void {
  if (state.selected !== null) marks.mark(state.selected, true);
  move(by);
  if (state.selected !== null) marks.mark(state.selected, true);
}

function showMarks(): void {
  rolls.showMarks();
  if (state.sheet !== null) many.draw(state.sheet, state.shown, marked);
}

function withSelected(act: (image: SheetImage) => void): void {
  const image = imageOf(state.selected);
  if (image !== null) act(image);
}

function prefer(next: Partial<Preferences>): void {
  state.preferences = { ...state.preferences, ...next };
  keepPreferences(state.preferences);
  apply(state.preferences);
  rolls.fit();
}

function help(): void {
  showHelp(state.preferences.hasShortcuts, (hasShortcuts) => prefer({ hasShortcuts }));
}

// At the end of the file, because everything above must have its value.
start();
