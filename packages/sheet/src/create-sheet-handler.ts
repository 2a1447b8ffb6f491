import type { Context } from '@tintype/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readTemplate } from './read-template.ts';
import { renderLivePage } from './render-sheet.ts';
import { newToken, sheetHandler } from './sheet-handler.ts';
import { liveSheet } from './live-sheet.ts';

export interface SheetHandlerOptions {
  /**
   * The project as it is now. Called whenever it is read, and for each pick and purchase, so that a server that lives
   * long sees a changed config. Its `report` is told of purchases; its `signal` stops them.
   */
  readonly context: () => Promise<Context>;
  /**
   * Where the page is mounted, with a slash at both ends.
   * @default '/__tintype/'
   */
  readonly base?: string;
  /**
   * What the address has to hold. Keep it over a restart of the server, and open pages stay open.
   * @default 256 random bits
   */
  readonly token?: string;
  /**
   * Whether the handler looks for changed files itself. Set it to `false` where the host watches the project anyway, and
   * call `changed()`.
   * @default true
   */
  readonly isWatching?: boolean;
  /**
   * Whether a picked picture's files are written to the output folder at once, as `tintype` would, where nothing has to
   * be bought for that. Set it to `false` where the host serves the files itself.
   * @default true
   */
  readonly deliversPicks?: boolean;
}

export interface SheetHandler {
  /** The page's path: base and token. Anyone who has it can pick and buy. */
  readonly path: string;
  readonly token: string;
  /**
   * Answers a request below `base` and resolves to `true`; anything else is left alone, and `false`. It has to see the
   * whole path: `middlewares.use((request, response, next) => …)`, without a path of connect's own. Never rejects.
   */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** Something about the project may be another: open pages look. */
  readonly changed: () => void;
  /** Ends a purchase where it can be ended, and waits until what was paid for is stored. */
  readonly close: () => Promise<void>;
}

/**
 * The contact sheet for a server: `node:http`, or a dev server's connect. Looking at it buys nothing, draws nothing and
 * makes no paid provider; what it buys goes through `generate`.
 */
export function createSheetHandler({
  context,
  base = '/__tintype/',
  token = newToken(),
  isWatching = true,
  deliversPicks = true,
}: SheetHandlerOptions): SheetHandler {
  const project = liveSheet({ context, deliversPicks });
  let watching: Promise<() => Promise<void>> | null = null;
  let page: Promise<string> | null = null;
  const handle = sheetHandler(project, {
    base,
    token,
    page: () => {
      if (isWatching) watching ??= startWatching();
      page ??= readTemplate().then(renderLivePage);
      return page;
    },
  });
  return {
    path: `${base}${token}/`,
    token,
    handle,
    changed: project.changed,
    close: async () => {
      await project.close();
      await (
        await watching
      )?.();
    },
  };

  /** From the first page on, so that a dev server whose sheet is never opened watches nothing twice. */
  async function startWatching(): Promise<() => Promise<void>> {
    try {
      const now = await context();
      // Loaded here, because a run that only writes a sheet watches nothing.
      const { watchProject } = await import('./watch-project.ts');
      return watchProject(now, project.changed);
    } catch {
      // A config that does not load is said on the page; the next page tries again.
      watching = null;
      return async () => {};
    }
  }
}
