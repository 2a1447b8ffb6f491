/** What happens when, in simulated milliseconds, which are whole as those of a clock. */
export interface Calendar {
  readonly now: () => number;
  readonly after: (ms: number, act: () => void) => void;
  /** Does everything that is planned, in order of time. */
  readonly run: () => void;
}

interface Entry {
  readonly at: number;
  /** Of two at one time, the one that was planned first comes first. */
  readonly number: number;
  readonly act: () => void;
}

/** A binary heap. */
export function openCalendar(): Calendar {
  const heap: Entry[] = [];
  let [time, planned] = [0, 0];
  const isBefore = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.number < b.number);
  return {
    now: () => time,
    after(ms, act) {
      const entry = { at: time + Math.ceil(ms), number: planned++, act };
      let at = heap.push(entry) - 1;
      for (let up = (at - 1) >> 1; at > 0 && isBefore(entry, heap[up]!); up = (at - 1) >> 1) {
        heap[at] = heap[up]!;
        at = up;
      }
      heap[at] = entry;
    },
    run() {
      while (heap.length > 0) {
        const { at, act } = heap[0]!;
        const last = heap.pop()!;
        if (heap.length > 0) sink(last);
        time = at;
        act();
      }
    },
  };

  function sink(entry: Entry): void {
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, entry)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = entry;
  }
}
