import type { PlacedFile } from '@tintype/core/modules';
import type { UnpluginBuildContext, UnpluginContext } from 'unplugin';
import type { PublicPath } from './public-path.ts';

export type LoadContext = UnpluginBuildContext & UnpluginContext;

/** What each bundler does in its own way. */
export interface Host {
  /** Absolute: the folder that the bundler's paths are relative to. */
  readonly folder: () => string;
  /** The id of the module that an import gets. @default `moduleIdOf` */
  readonly idOf?: (specifier: string) => string;
  /** What URLs begin with if the option `publicPath` is not set. */
  readonly publicPath: () => PublicPath;
  /** Called when a build begins. Returns whether it will run again at each change. */
  readonly begin: (context: UnpluginBuildContext) => boolean;
  /** Called when a module is loaded. */
  readonly beginModule: (context: LoadContext) => void;
  /** Whether the bundler loads other modules after one has failed. Otherwise missing pictures are listed at the end of the modules. */
  readonly continuesAfterFailure: boolean;
  /** Puts a module's files among those of the build. A file may be in several modules. */
  readonly emit: (files: readonly PlacedFile[], context: LoadContext) => Promise<void>;
  /** Shows a warning when all modules are known. */
  readonly warn: (message: string, context: UnpluginBuildContext) => void;
  /** Says something that is no reason to act, where the bundler has a place for it. */
  readonly inform: (message: string, context: UnpluginBuildContext) => void;
}
