import type { Sheet } from '../../src/sheet.ts';

/** What a page from a server can do, besides showing the sheet. */
export interface Server {
  readonly sheet: () => Promise<Sheet>;
  /** Rejects with the project's own message. */
  readonly pick: (id: string, candidate: number) => Promise<void>;
  readonly buy: (id: string, upToUsd: number | null) => Promise<void>;
  /** Calls the listener after each change, and when the server is back. */
  readonly listen: (onChange: () => void, onLost: (isLost: boolean) => void) => void;
}

export const server: Server = {
  async sheet() {
    const response = await fetch('data');
    if (!response.ok) throw new Error(await wordsOf(response));
    return (await response.json()) as Sheet;
  },
  pick: (id, candidate) => post('pick', { id, candidate }),
  buy: (id, upToUsd) => post('buy', { id, upToUsd }),
  listen(onChange, onLost) {
    const events = new EventSource('events');
    let wasLost = false;
    events.addEventListener('change', onChange);
    events.addEventListener('error', () => {
      wasLost = true;
      onLost(true);
    });
    events.addEventListener('open', () => {
      onLost(false);
      if (wasLost) onChange();
      wasLost = false;
    });
  },
};

async function post(path: string, body: unknown): Promise<void> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await wordsOf(response));
}

async function wordsOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
