export * from '@tintype/components';
