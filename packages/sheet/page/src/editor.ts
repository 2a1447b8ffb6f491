import type { EditableLayer, FieldChange, FieldValue } from '@tintype/core/types';
import type { EditConflict, EditForm, EditProposal, FormField } from '../../src/sheet.ts';
import { count, priceOf } from './amounts.ts';
import { diffOf } from './diff.ts';
import { h, nodesOf } from './element.ts';
import { cellOf, example, labelOf, textOf, valueOf } from './field-values.ts';

export interface EditorActions {
  readonly propose: (id: string, changes: readonly FieldChange[]) => Promise<EditProposal>;
  /** Resolves to `null` if the changes are written. */
  readonly save: (
    id: string,
    changes: readonly FieldChange[],
    revision: string,
  ) => Promise<EditConflict | null>;
  /** The editor is to be closed; `isSaved`: with its changes written. */
  readonly close: (id: string, isSaved: boolean) => void;
}

/** One field of one layer, with the control in which it is edited. */
interface Entry {
  readonly layer: string;
  readonly name: string;
  readonly field: FormField | null;
  readonly control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
  /** As the file has it. */
  written: FieldValue | undefined;
}

/** Milliseconds without a key stroke, after which the page asks what the changes would do. */
const pauseMs = 250;

/** The form in which an image is edited: its fields where they are written, what a change would cost, and the lines that it changes. */
export function editor(form: EditForm, actions: EditorActions): HTMLElement {
  const entries: Entry[] = [];
  let { revision } = form;
  let asked = 0;
  let timer: number | undefined;

  const outcome = h('p.outcome', { role: 'status' }, 'Nothing is changed yet.');
  const problems = h('ul.edit-problems');
  const diff = h('div.diffs');
  const conflict = h('div.conflict', { role: 'alert' });
  const save = h('button.buy', { disabled: true, onclick: () => void write() }, 'Save');
  const element = h(
    'form.editor',
    {
      'aria-label': `Edit ${form.id}`,
      oninput: () => changed(),
      onkeydown: (event: KeyboardEvent) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void write();
      },
      onsubmit: (event: Event) => event.preventDefault(),
    },
    h('h2', form.id),
    ...form.layers.map(layerOf),
    conflict,
    h(
      'div.edit-foot',
      outcome,
      problems,
      h(
        'p.actions',
        save,
        h('button.cancel', { onclick: () => actions.close(form.id, false) }, 'Cancel'),
        h('kbd', { 'aria-hidden': 'true' }, 'Ctrl Enter'),
      ),
      diff,
    ),
  );
  return element;

  function layerOf(layer: EditableLayer, index: number): HTMLElement {
    const isRow = layer.name === 'row';
    const names = isRow ? Object.keys(layer.fields) : fieldsOf(layer);
    const controls = names.map((name) => fieldControl(layer, index, name, isRow));
    const title = titleOf(layer);
    return isRow || layer.name === 'image'
      ? h('fieldset.layer', h('legend', title), ...controls)
      : h('details.layer', h('summary', title), ...controls);
  }

  /** Presets and defaults have many fields that they do not use. */
  function fieldsOf({ name: layer, fields }: EditableLayer): string[] {
    return form.fields
      .map(({ name }) => name)
      .filter((name) => layer === 'image' || name in fields || usualInStyles.has(name));
  }

  function fieldControl(
    layer: EditableLayer,
    index: number,
    name: string,
    isRow: boolean,
  ): HTMLElement {
    const field = isRow ? null : (form.fields.find((one) => one.name === name) ?? null);
    const written = layer.fields[name];
    const control = controlOf(field, textOf(written, name), isRow ? null : inherited(index, name));
    entries.push({ layer: layer.name, name, field, control, written });
    const label = isRow ? name : labelOf(name);
    const isWide = control instanceof HTMLTextAreaElement || name === 'model';
    const kind = isWide ? 'label.field.wide' : 'label.field';
    return h(kind, { title: field?.help ?? null }, h('span', label), control);
  }

  /** The value that applies if a layer does not set a field, and where it is from. */
  function inherited(index: number, name: string): string | null {
    if (name === 'prompt') return null;
    const from = form.layers
      .slice(index + 1)
      .find((layer) => layer.name !== 'row' && name in layer.fields);
    if (from === undefined) return form.fields.find((one) => one.name === name)?.usual || null;
    const [, preset] = from.name.split(':');
    return `${textOf(from.fields[name], name)} (${preset === undefined ? 'defaults' : `preset ${preset}`})`;
  }

  function changes(): FieldChange[] {
    return entries.flatMap(({ layer, name, field, control, written }) => {
      const text = control.value;
      if (text === textOf(written, name)) return [];
      const value = layer === 'row' ? cellOf(written ?? '', text) : valueOf(field, text);
      return [{ layer, field: name, value }];
    });
  }

  function changed(): void {
    save.disabled = true;
    clearTimeout(timer);
    timer = window.setTimeout(() => void propose(), pauseMs);
  }

  async function propose(): Promise<void> {
    const now = ++asked;
    const proposed = changes();
    if (proposed.length === 0) {
      outcome.textContent = 'Nothing is changed yet.';
      problems.replaceChildren();
      diff.replaceChildren();
      return;
    }
    outcome.textContent = 'Looking at what that would do …';
    try {
      const proposal = await actions.propose(form.id, proposed);
      if (now === asked) show(proposal);
    } catch (error) {
      if (now !== asked) return;
      outcome.textContent = 'It cannot be written.';
      problems.replaceChildren(h('li.words', wordsOf(error)));
      diff.replaceChildren();
    }
  }

  function show(proposal: EditProposal): void {
    const mistakes = proposal.diagnostics.filter(({ severity }) => severity === 'error');
    outcome.textContent = mistakes.length === 0 ? outcomeOf(proposal) : 'It cannot be saved:';
    problems.replaceChildren(
      ...proposal.diagnostics.map(({ message, severity }) =>
        h('li', { class: `words ${severity}` }, message),
      ),
    );
    diff.replaceChildren(...proposal.files.map(diffOf));
    save.disabled = mistakes.length > 0;
  }

  async function write(): Promise<void> {
    if (save.disabled) return;
    save.disabled = true;
    try {
      const found = await actions.save(form.id, changes(), revision);
      if (found === null) actions.close(form.id, true);
      else showConflict(found);
    } catch (error) {
      outcome.textContent = 'It was not saved.';
      problems.replaceChildren(h('li.words', wordsOf(error)));
    }
  }

  /** Both texts of each field that the person changed. What they typed stays, and can be saved after a look at the new diff. */
  function showConflict({ message, image }: EditConflict): void {
    const mine = new Set(changes().map(({ layer, field }) => `${layer} ${field}`));
    ({ revision } = image);
    const clashes = entries.flatMap((entry) => {
      const before = textOf(entry.written, entry.name);
      const now = image.layers.find(({ name }) => name === entry.layer)?.fields[entry.name];
      entry.written = now;
      const text = textOf(now, entry.name);
      if (!mine.has(`${entry.layer} ${entry.name}`)) {
        entry.control.value = text;
        return [];
      }
      return text === before ? [] : [clashOf(entry, text)];
    });
    conflict.replaceChildren(
      ...nodesOf([
        h('p', message),
        clashes.length === 0 &&
          h(
            'p',
            'The fields that you changed are as they were. Look at the lines below, and save again.',
          ),
        ...clashes,
      ]),
    );
    void propose();
  }

  function clashOf({ name, control }: Entry, now: string): HTMLElement {
    const take = () => {
      control.value = now;
      changed();
      control.focus();
    };
    return h(
      'dl.clash',
      h('dt', `${labelOf(name)} in the file now`),
      h('dd.words', now === '' ? '(left out)' : now),
      h('dt', 'Yours'),
      h('dd.words', control.value === '' ? '(left out)' : control.value),
      h('dd', h('button.cancel', { onclick: take }, 'Take what is in the file')),
    );
  }
}

const usualInStyles: ReadonlySet<string> = new Set(['prompt', 'model', 'quality']);

function titleOf({ name, file, images }: EditableLayer): string {
  const [kind, preset] = name.split(/:(.*)/s);
  switch (kind) {
    case 'row':
      return `This row of ${file}`;
    case 'image':
      return images === 1 ? 'This image' : `All ${images} images of this entry`;
    case 'preset':
      return `Preset ${preset}: ${count(images, 'image')}`;
    default:
      return `Defaults of ${file}: ${count(images, 'image')}`;
  }
}

function controlOf(
  field: FormField | null,
  text: string,
  inherited: string | null,
): Entry['control'] {
  switch (field?.type) {
    case 'lines': {
      const area = h('textarea', {
        rows: field.name === 'prompt' ? 4 : 2,
        dir: 'auto',
        placeholder: inherited ?? example(field.name),
      });
      area.value = text;
      return area;
    }
    case 'choice':
    case 'check': {
      const values = field.type === 'check' ? ['true', 'false'] : field.values.map(String);
      const known = text === '' || values.includes(text) ? values : [text, ...values];
      const options = known.map((value) => h('option', { value }, value));
      const select = h('select', h('option', { value: '' }, inherited ?? 'not set'), ...options);
      select.value = text;
      return select;
    }
    case 'number': {
      const [min = null, max = null] = field.values;
      const input = h('input', { type: 'number', min, max, placeholder: inherited });
      input.value = text;
      return input;
    }
    default: {
      const placeholder = inherited ?? example(field?.name);
      const input = h('input', { type: 'text', placeholder, list: listOf(field) });
      input.value = text;
      return input;
    }
  }
}

/** The id of the list of a field's usual values, which all forms share. */
function listOf(field: FormField | null): string | null {
  if (field === null || field.values.length === 0) return null;
  const id = `values-${field.name}`;
  if (document.querySelector(`#${id}`) === null)
    document.body.append(
      h('datalist', { id }, ...field.values.map((value) => h('option', { value }))),
    );
  return id;
}

const listedImages = 4;

/** What a change comes to, in money. */
export function outcomeOf({ price, buysMore }: EditProposal): string {
  if (buysMore === null) {
    return price === null
      ? 'Free: nothing has to be bought.'
      : `Nothing more to buy than before: ${priceOf(price.costUsd)} for this image.`;
  }
  const { pictures, images, costUsd } = buysMore;
  const others = images.length - listedImages;
  const names =
    images.slice(0, listedImages).join(', ') + (others > 0 ? ` and ${others} more` : '');
  return `Saving is free. Then there is more to buy: ${count(pictures, 'picture')} for ${priceOf(costUsd)} (${names}).`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
