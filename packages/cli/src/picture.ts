/** `tintype/picture`: for templates without a bundler, which have the asset map. */
export * from '@tintype/core/picture';
