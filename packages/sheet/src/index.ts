/** The public API of `@tintype/sheet`. */
export { createSheetHandler } from './create-sheet-handler.ts';
export type { SheetHandler, SheetHandlerOptions } from './create-sheet-handler.ts';
export { serveSheet } from './serve-sheet.ts';
export type { SharedSheet, SheetServer } from './serve-sheet.ts';
export { watchProject } from './watch-project.ts';
export { sheetFileName, writeSheet } from './write-sheet.ts';
export type { SheetChanges, SheetFileOptions, WrittenSheet } from './write-sheet.ts';
