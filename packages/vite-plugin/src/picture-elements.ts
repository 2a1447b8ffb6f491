/** What the plugin uses of core's pictures. */
export * from '@tintype/core/picture-parts';
