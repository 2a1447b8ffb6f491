import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Context } from '@tintype/core';
import type { SheetHandler } from '@tintype/sheet';
import type { Connect } from 'vite';

/** The contact sheet of a dev server. It is loaded when the user opens it. */
export interface DevSheet {
  /** Below the server's origin. */
  readonly path: string;
  readonly middleware: Connect.NextHandleFunction;
  /** Call this when the project may have changed. */
  readonly changed: () => void;
  /** Waits until purchases on the page are stored. */
  readonly close: () => Promise<void>;
}

/** By Vite's root, so that open pages survive a restart of the server in the same process. */
const tokens = new Map<string, string>();

/** `base`: the server's, which ends in `/`. Purchases on the page use the given context. */
export function devSheet(root: string, base: string, context: () => Promise<Context>): DevSheet {
  const token = tokens.get(root) ?? randomBytes(32).toString('base64url');
  tokens.set(root, token);
  const mount = `${base}__tintype/`;
  let handler: SheetHandler | null = null;

  const open = async (): Promise<SheetHandler> => {
    const { createSheetHandler } = await import('@tintype/sheet');
    // Vite watches the project, and serves its files itself.
    const options = { context, base: mount, token, isWatching: false, deliversPicks: false };
    return (handler ??= createSheetHandler(options));
  };

  const answer = async (
    request: Connect.IncomingMessage,
    response: ServerResponse,
    next: Connect.NextFunction,
  ): Promise<void> => {
    try {
      const sheet = await open();
      if (!(await sheet.handle(request, response))) next();
    } catch (error) {
      next(error);
    }
  };

  return {
    path: `${mount}${token}/`,
    middleware: (request, response, next) => {
      if (request.url?.startsWith(mount) !== true) return next();
      void answer(request, response, next);
    },
    changed: () => {
      handler?.changed();
    },
    close: async () => {
      await handler?.close();
    },
  };
}
