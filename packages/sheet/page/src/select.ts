import { h } from './element.ts';

/** A select element. An entry with a group is below the group's name. */
export function select(
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
