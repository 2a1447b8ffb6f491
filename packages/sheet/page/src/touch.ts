/** A finger points, as on a phone: there is probably no keyboard, so the page names no keys. */
export const hasNoKeys = matchMedia('(pointer: coarse)').matches;

/** How to take the last change back. */
export const howToUndo = hasNoKeys ? 'Undo takes it back.' : 'Press u to undo.';
