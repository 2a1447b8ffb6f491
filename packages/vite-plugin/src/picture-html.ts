/** `vite-plugin-tintype/picture`: for pages and components. */
export * from '@tintype/core/picture';
