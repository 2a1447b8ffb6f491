import type { SheetImage } from '../../src/sheet.ts';
import { shownPicture } from './card.ts';
import { h } from './element.ts';
import { inspector, type InspectorActions } from './inspector.ts';
import { imageOf, source, state } from './state.ts';

export interface SidePanel {
  readonly element: HTMLElement;
  /** Shows the selected image, or its open form. */
  readonly draw: () => void;
  /** The open forms, which stay open with what was typed while other images are looked at. */
  readonly forms: Map<string, HTMLElement>;
}

/** Everything about the selected image, beside the sheet. */
export function sidePanel(actions: InspectorActions): SidePanel {
  const element = h('aside.panel', { 'aria-label': 'The selected image' });
  const forms = new Map<string, HTMLElement>();
  /** What was drawn last. */
  let inspected = '';
  return { element, draw, forms };

  function draw(): void {
    const image = imageOf(state.selected);
    const form = image === null ? undefined : forms.get(image.id);
    const isAnother = element.dataset['id'] !== image?.id;
    if (form !== undefined) {
      inspected = '';
      element.dataset['id'] = image?.id ?? '';
      if (!element.contains(form)) element.replaceChildren(form);
      return;
    }
    const { sheet } = state;
    const now = JSON.stringify([image, sheet?.live, relatives(image)]);
    if (now === inspected || (!isAnother && isTyping())) return;
    inspected = now;
    element.dataset['id'] = image?.id ?? '';
    const top = element.scrollTop;
    const focused = focusIn();
    element.replaceChildren(
      ...(image === null
        ? []
        : inspector(image, sheet?.images ?? [], sheet?.live ?? null, source, actions)),
    );
    element.scrollTop = isAnother ? 0 : top;
    if (focused !== null) focusAgain(focused);
  }

  /** Whether a comment is half written. It is drawn again once it is written or given up. */
  function isTyping(): boolean {
    const { activeElement } = document;
    return (
      element.contains(activeElement) &&
      activeElement instanceof HTMLInputElement &&
      activeElement.value !== activeElement.defaultValue
    );
  }

  /** The parts of the panel that can have the focus, so that one keeps it when the panel is drawn again. */
  function stops(): readonly HTMLElement[] {
    return [...element.querySelectorAll<HTMLElement>('button:not([disabled]), input')];
  }

  /** Which of them has the focus: its place, and its name, because another may have its place afterwards. */
  function focusIn(): { readonly at: number; readonly name: string } | null {
    const { activeElement: focused } = document;
    if (!(focused instanceof HTMLElement) || !element.contains(focused)) return null;
    return { at: stops().indexOf(focused), name: nameOf(focused) };
  }

  function focusAgain({ at, name }: { readonly at: number; readonly name: string }): void {
    const all = stops();
    const near = all[at] instanceof HTMLInputElement ? all[0] : all[at];
    (all.find((stop) => nameOf(stop) === name) ?? near ?? all[0])?.focus();
  }
}

/** The images that the panel shows beside one: a change of theirs draws it again. */
function relatives(image: SheetImage | null): readonly (string | undefined)[] {
  if (image === null) return [];
  return (state.sheet?.images ?? [])
    .filter(({ id, madeFrom }) => madeFrom.includes(image.id) || image.madeFrom.includes(id))
    .map((one) => one.id + shownPicture(one)?.hash);
}

function nameOf(element: HTMLElement): string {
  return element.getAttribute('aria-label') ?? element.textContent;
}
