/** The public API of `@tintype/core/sheet`, apart from the main one so that nobody loads it who shows no sheet. */
export { createSheetHandler } from './run/create-sheet-handler.ts';
export type { SheetHandler, SheetHandlerOptions } from './run/create-sheet-handler.ts';
export { serveSheet } from './run/serve-sheet.ts';
export type { SheetServer } from './run/serve-sheet.ts';
export { sheetFileName, writeSheet } from './run/write-sheet.ts';
export type { WrittenSheet } from './run/write-sheet.ts';
