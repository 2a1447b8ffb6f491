/**
 * `@tintype/core/modules`: what the plugins of bundlers share, which is the modules that pages import. It is not public: any release
 * may change it, so those packages require exactly the same version. Importing it loads no planner.
 */
export { type AssetFileNames, assetNamer, type NameAsset } from './modules/asset-name.ts';
export {
  type BuiltPicture,
  dataUrl,
  type DeliveredPicture,
  inlinedPicture,
  type PlacedFile,
  placedPicture,
  type Placing,
} from './modules/built-picture.ts';
export { explain, PlacedError, pointAt } from './modules/explain.ts';
export {
  openContext,
  openProject,
  type OpenProject,
  projectOf,
  type ProjectOptions,
} from './modules/open-project.ts';
export { markupOfFiles } from './modules/markup-of-files.ts';
export {
  type ProjectTypes,
  type ProjectTypesRequest,
  projectTypesWriter,
  type WriteProjectTypes,
} from './modules/project-types.ts';
export type { PluginName } from './modules/render-types.ts';
export { type ShippedStandIn, standInWarning } from './modules/stand-in-warning.ts';
export { pictureOfFiles, withoutStyles } from './modules/picture-of-files.ts';
export { writeTypesTo } from './modules/type-file.ts';
export { pointAtWritten, unknownImage, unknownInStyles } from './modules/unknown-image.ts';
export {
  emptyFolder,
  importForm,
  type Inlining,
  markupProblem,
  moduleForm,
  moduleIdOf,
  parseModuleId,
  queryProblem,
  renderIndex,
  renderLateMarkup,
  renderLatePicture,
  renderMarkup,
  renderPicture,
  sourcesIn,
  type Wanted,
} from './modules/virtual-modules.ts';
