import { marked, state } from './state.ts';

export interface Marks {
  /** `isRange`: all images from the last one that was marked. */
  readonly mark: (id: string, isMarked: boolean, isRange?: boolean) => void;
  /** Marks all that are shown; if they are marked already, none. */
  readonly markAll: () => void;
  readonly clear: () => void;
}

/** Marks images, and says so. */
export function imageMarks(onChange: () => void): Marks {
  let last: string | null = null;

  function set(ids: readonly string[]): void {
    marked.clear();
    for (const id of ids) marked.add(id);
    onChange();
  }

  return {
    mark(id, isMarked, isRange = false) {
      const ids = state.shown.map((image) => image.id);
      const [from, to] = [ids.indexOf(last ?? id), ids.indexOf(id)].toSorted((a, b) => a - b);
      const range = isRange && from !== undefined && from !== -1 ? ids.slice(from, to! + 1) : [id];
      last = id;
      set(isMarked ? [...marked, ...range] : [...marked].filter((one) => !range.includes(one)));
    },
    markAll() {
      const ids = state.shown.map(({ id }) => id);
      set(ids.every((id) => marked.has(id)) ? [] : [...marked, ...ids]);
    },
    clear: () => set([]),
  };
}
