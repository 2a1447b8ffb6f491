import { type Context, generate } from '@tintype/core';
import { newToken } from '@tintype/core/internal';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readTemplate } from './read-template.ts';
import { renderLivePage } from './render-sheet.ts';
import { sheetHandler } from './sheet-handler.ts';
import { liveSheet } from './live-sheet.ts';

export interface SheetHandlerOptions {
  /**
   * The project as it is now. Called whenever the project is read, and for each pick and purchase, so that a server that
   * runs for long uses a changed config. Its `report` gets the events of purchases; its `signal` stops them.
   */
  readonly context: () => Promise<Context>;
  /**
   * Where the page is mounted, with a slash at both ends.
   * @default '/__tintype/'
   */
  readonly base?: string;
  /**
   * The secret part of the address. If it is the same after a restart of the server, open pages continue to work.
   * @default 256 random bits
   */
  readonly token?: string;
  /**
   * Whether the handler watches the project's files itself. Set it to `false` if the host watches the project, and call
   * `changed()`.
   * @default true
   */
  readonly isWatching?: boolean;
  /**
   * Whether the files of an image that was picked or edited are written to the output folder at once, as `tintype` would, if nothing has to
   * be bought for that. Set it to `false` if the host serves the files itself.
   * @default true
   */
  readonly deliversPicks?: boolean;
  /**
   * Buys and delivers images, such as through the workers of a queue.
   * @default core's `generate`
   */
  readonly generate?: typeof generate;
}

export interface SheetHandler {
  /** The page's path: base and token. Anyone who has it can edit, pick and buy. */
  readonly path: string;
  readonly token: string;
  /**
   * Answers a request below `base` and resolves to `true`. Ignores any other request and resolves to `false`. It needs the
   * whole path: `middlewares.use((request, response, next) => …)`, without a path for connect. Never rejects.
   */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /**
   * A handler with an address of its own for other machines: they may look at the sheet, or also pick and note. It cannot edit
   * anything else and cannot buy.
   */
  readonly handlerFor: (role: 'pick' | 'look') => Pick<SheetHandler, 'path' | 'handle'>;
  /** Tells open pages that the project may have changed. */
  readonly changed: () => void;
  /** Stops a purchase if it can be stopped, and waits until everything that was paid for is stored. */
  readonly close: () => Promise<void>;
}

/**
 * The contact sheet for a server: `node:http`, or a dev server's connect. Reading it buys nothing, draws nothing and
 * creates no paid provider. Purchases go through `generate`.
 */
export function createSheetHandler({
  context,
  base = '/__tintype/',
  token = newToken(),
  isWatching = true,
  deliversPicks = true,
  generate: buyAndDeliver = generate,
}: SheetHandlerOptions): SheetHandler {
  const project = liveSheet({ context, deliversPicks, generate: buyAndDeliver });
  let watching: Promise<() => Promise<void>> | null = null;
  let page: Promise<string> | null = null;
  const pageNow = (): Promise<string> => {
    if (isWatching) watching ??= startWatching();
    page ??= readTemplate().then(renderLivePage);
    return page;
  };
  const handle = sheetHandler(project, {
    base,
    token,
    page: pageNow,
    role: 'edit',
    isForNetwork: false,
  });
  return {
    path: `${base}${token}/`,
    token,
    handle,
    handlerFor: (role) => {
      const own = newToken();
      return {
        path: `${base}${own}/`,
        handle: sheetHandler(project, {
          base,
          token: own,
          page: pageNow,
          role,
          isForNetwork: true,
        }),
      };
    },
    changed: project.changed,
    close: async () => {
      await project.close();
      await (
        await watching
      )?.();
    },
  };

  /** Starts with the first page, so that a dev server whose sheet is never opened watches nothing twice. */
  async function startWatching(): Promise<() => Promise<void>> {
    try {
      const now = await context();
      // Loaded only here, because a run that only writes a sheet does not watch anything.
      const { watchProject } = await import('./watch-project.ts');
      return await watchProject(now, project.changed);
    } catch {
      // The page reports a config that does not load. The next page tries again.
      watching = null;
      return async () => {};
    }
  }
}
