type Child = Node | string | number | null | false;

type Attributes = Readonly<
  Record<string, string | number | boolean | null | ((event: never) => void)>
>;

/**
 * An element with its classes (`p.note.wrong`), attributes, listeners (`onclick`) and children. Strings become text nodes, so
 * no text of a manifest, a record or an API is ever parsed as markup.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tagAndClasses: Tag | `${Tag}.${string}`,
  ...[first = null, ...rest]: readonly [(Attributes | Child)?, ...(readonly Child[])]
): HTMLElementTagNameMap[Tag] {
  const [tag, ...classes] = tagAndClasses.split('.');
  const element = document.createElement(tag as Tag);
  // By default it would submit a form.
  if (element instanceof HTMLButtonElement) element.type = 'button';
  if (classes.length > 0) element.className = classes.join(' ');
  const hasAttributes = typeof first === 'object' && first !== null && !(first instanceof Node);
  for (const [name, value] of Object.entries(hasAttributes ? first : {})) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value as unknown as EventListener);
    } else if (value !== null && value !== false) {
      element.setAttribute(name, value === true ? '' : visible(String(value)));
    }
  }
  element.append(...nodesOf(hasAttributes ? rest : [first, ...rest]));
  return element;
}

/** The attributes of what a screen reader leaves out, because it says nothing that is not said elsewhere. */
export const decoration: Attributes = { 'aria-hidden': 'true' };

export function nodesOf(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child) => {
    if (child === null || child === false) return [];
    return [child instanceof Node ? child : visible(String(child))];
  });
}

/**
 * Shows the names of characters that would reverse a line, hide in it or beep, so that a prompt is shown exactly as it is
 * sent.
 */
function visible(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g,
    (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}

/** Styles that the page computes. The policy of the page allows no `style` attribute. */
export function setStyles(
  element: HTMLElement,
  styles: Readonly<Record<string, string | number>>,
): void {
  for (const [name, value] of Object.entries(styles))
    element.style.setProperty(name, String(value));
}

export function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  return h('label.field', h('span', text), control);
}

/** Radio buttons side by side, of which one is selected. */
export function choice<Value extends string>(
  legend: string,
  options: readonly (readonly [Value, string])[],
  current: Value,
  onChange: (value: Value) => void,
): HTMLFieldSetElement {
  const name = `choice-${legend.toLowerCase().replaceAll(/[^a-z]/g, '-')}`;
  return h(
    'fieldset',
    { class: `choice ${name}` },
    h('legend', legend),
    ...options.map(([value, label]) => {
      const input = h('input', {
        type: 'radio',
        name,
        value,
        onchange: () => onChange(value),
      });
      input.checked = value === current;
      return h('label', input, h('span', { 'data-value': value }, label));
    }),
  );
}
