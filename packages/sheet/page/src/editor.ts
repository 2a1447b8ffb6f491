import type { EditableLayer, FieldChange, FieldValue } from '@tintype/core/types';
import type { EditConflict, EditForm, FormField } from '../../src/sheet.ts';
import { count } from './amounts.ts';
import { decoration, h, nodesOf } from './element.ts';
import { cellOf, example, labelOf, textOf, valueOf } from './field-values.ts';
import { proposalBox } from './proposal.ts';
import type { Server } from './server.ts';

export interface EditorActions extends Pick<Server, 'propose' | 'edit'> {
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

/** The form in which an image is edited: its fields where they are written, what a change would cost, and the lines that it changes. */
export function editor(form: EditForm, actions: EditorActions): HTMLElement {
  const entries: Entry[] = [];
  let { revision } = form;

  const conflict = h('div.conflict', { role: 'alert' });
  const box = proposalBox({
    idle: 'Nothing is changed yet.',
    verb: 'Save',
    propose() {
      const proposed = changes();
      return proposed.length === 0 ? null : actions.propose(form.id, proposed);
    },
    async write() {
      const found = await actions.edit(form.id, changes(), revision);
      if (found === null) actions.close(form.id, true);
      else showConflict(found);
    },
    cancel: () => actions.close(form.id, false),
  });
  box.actions.append(h('kbd', decoration, 'Ctrl Enter'));
  const element = h(
    'form.editor',
    {
      'aria-label': `Edit ${form.id}`,
      oninput: box.changed,
      onkeydown: (event: KeyboardEvent) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void box.write();
      },
      onsubmit: (event: Event) => event.preventDefault(),
    },
    h('h2', form.id),
    ...form.layers.map(layerOf),
    conflict,
    h('div.edit-foot', box.outcome, box.problems, box.actions, box.diff),
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
    void box.ask();
  }

  function clashOf({ name, control }: Entry, now: string): HTMLElement {
    const take = () => {
      control.value = now;
      box.changed();
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
