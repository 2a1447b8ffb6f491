export interface Shortcuts {
  /** Whether single keys have an effect. People who dictate, or who press keys by accident, turn them off. */
  readonly isOn: () => boolean;
  readonly move: (by: number) => void;
  /** Marks the selected image and the next one, and selects that. */
  readonly extend: (by: number) => void;
  readonly mark: () => void;
  readonly markAll: () => void;
  /** Asks whether to buy what is missing. */
  readonly buy: () => void;
  readonly pick: (candidate: number) => void;
  readonly compare: () => void;
  readonly zoom: () => void;
  readonly edit: () => void;
  readonly undo: () => void;
  readonly search: () => void;
  readonly help: () => void;
  readonly close: () => void;
}

/** Single keys, except in a text field or a dialog; arrows on the sheet itself. */
export function listenForKeys(shortcuts: Shortcuts): void {
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (key === 'Escape') {
      if (isWriting(target) && target instanceof HTMLElement) target.blur();
      shortcuts.close();
      return;
    }
    if (isWriting(target)) return;
    const onSheet = target instanceof Element && target.closest('.card') !== null;
    const act =
      (onSheet ? arrows(event, shortcuts) : null) ??
      (shortcuts.isOn() ? letters(key, shortcuts) : null);
    if (act === null) return;
    event.preventDefault();
    act();
  });
}

function arrows(
  { key, shiftKey }: KeyboardEvent,
  { move, extend }: Shortcuts,
): (() => void) | null {
  const go = shiftKey ? extend : move;
  if (key === 'ArrowRight' || key === 'ArrowDown') return () => go(1);
  if (key === 'ArrowLeft' || key === 'ArrowUp') return () => go(-1);
  if (key === 'Home') return () => move(-Infinity);
  return key === 'End' ? () => move(Infinity) : null;
}

const named = {
  x: 'mark',
  a: 'markAll',
  b: 'buy',
  c: 'compare',
  z: 'zoom',
  e: 'edit',
  u: 'undo',
  '/': 'search',
  '?': 'help',
} as const;

function letters(key: string, shortcuts: Shortcuts): (() => void) | null {
  if (/^[1-9]$/.test(key)) return () => shortcuts.pick(Number(key));
  if (/^[jk]$/i.test(key)) {
    const go = /[jk]/.test(key) ? shortcuts.move : shortcuts.extend;
    return () => go(/j/i.test(key) ? 1 : -1);
  }
  return Object.hasOwn(named, key) ? shortcuts[named[key as keyof typeof named]] : null;
}

/** Controls in which a letter means nothing. */
const keyless: ReadonlySet<string> = new Set(['radio', 'checkbox', 'range']);

function isWriting(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !keyless.has(target.type);
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}
