import type { Sheet } from '../../src/sheet.ts';
import { server } from './server.ts';
import { orSay } from './toast.ts';

/** Reads the sheet again after each change, one reading at a time. `onLost`: the server has stopped, or is back. */
export function follow(show: (sheet: Sheet) => void, onLost: (isLost: boolean) => void): void {
  let isReading = false;
  let isStale = false;

  async function read(): Promise<void> {
    isStale = true;
    if (isReading) return;
    isReading = true;
    try {
      while (isStale) {
        isStale = false;
        const from = performance.now();
        show(await server.sheet());
        // A purchase of many pictures changes the sheet all the time, and reading a large one takes long.
        await new Promise((resolve) => setTimeout(resolve, 2 * (performance.now() - from)));
      }
    } finally {
      isReading = false;
    }
  }

  server.listen(() => orSay(read()), onLost);
  orSay(read());
}
