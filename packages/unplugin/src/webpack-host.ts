import type { UnpluginBuildContext } from 'unplugin';
import type { Host } from './host.ts';

/** What is used of a compiler of webpack or Rspack. */
interface Compiler {
  readonly context: string;
  readonly watchMode?: boolean;
  readonly getInfrastructureLogger: (name: string) => { readonly info: (text: string) => void };
}

/** webpack and Rspack, whose interfaces are the same as far as they are used here. */
export function webpackHost(compiler: Compiler): Host {
  return {
    folder: () => compiler.context,
    publicPath: () => ({ expression: '__webpack_public_path__' }),
    begin: () => compiler.watchMode === true,
    // The picture may have been bought since the last build, which no file that webpack watches shows.
    beginModule: (context) => nativeOf(context).loaderContext!.cacheable(false),
    continuesAfterFailure: true,
    emit: async (files, context) => {
      const { loaderContext } = nativeOf(context);
      for (const { fileName, file } of files) {
        loaderContext!.emitFile(fileName, Buffer.from(await file.read()));
      }
    },
    warn: (message, context) => {
      nativeOf(context).compilation.warnings.push(new Error(message));
    },
    inform: (message) => compiler.getInfrastructureLogger('tintype').info(message),
  };
}

interface NativeContext {
  readonly compilation: { readonly warnings: { readonly push: (warning: Error) => unknown } };
  readonly loaderContext?: {
    readonly cacheable: (isCacheable: boolean) => void;
    readonly emitFile: (name: string, content: Buffer) => void;
  };
}

function nativeOf(context: UnpluginBuildContext): NativeContext {
  return context.getNativeBuildContext!() as unknown as NativeContext;
}
