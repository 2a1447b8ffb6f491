/** What the plugin and its components use of core's pictures. */
export * from '@tintype/core/picture-parts';
