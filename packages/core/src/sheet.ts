/** The public API of `@tintype/core/sheet`, apart from the main one so that nobody loads it who shows no sheet. */
export { createSheetHandler } from './sheet/create-sheet-handler.ts';
export type { SheetHandler, SheetHandlerOptions } from './sheet/create-sheet-handler.ts';
export { serveSheet } from './sheet/serve-sheet.ts';
export type { SheetServer } from './sheet/serve-sheet.ts';
export { sheetFileName, writeSheet } from './sheet/write-sheet.ts';
export type { WrittenSheet } from './sheet/write-sheet.ts';
