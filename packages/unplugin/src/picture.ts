/** `tintype-unplugin/picture`: for pages and components. */
export * from '@tintype/core/picture';
