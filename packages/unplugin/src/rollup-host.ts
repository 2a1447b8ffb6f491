import type { UnpluginBuildContext } from 'unplugin';
import type { Host } from './host.ts';

/** Rollup and Rolldown, whose plugin contexts are the same as far as they are used here. */
export function rollupHost(): Host {
  const emitted = new Set<string>();
  return {
    folder: () => process.cwd(),
    publicPath: () => ({ text: '/' }),
    begin: (context) => {
      emitted.clear();
      return nativeOf(context).meta.watchMode;
    },
    beginModule: () => {},
    continuesAfterFailure: false,
    emit: async (files, context) => {
      for (const { fileName, file } of files) {
        if (emitted.has(fileName)) continue;
        emitted.add(fileName);
        context.emitFile({ type: 'asset', fileName, source: await file.read() });
      }
    },
    warn: (message, context) => nativeOf(context).warn(message),
    inform: (message, context) => nativeOf(context).info(message),
  };
}

interface NativeContext {
  readonly meta: { readonly watchMode: boolean };
  readonly warn: (message: string) => void;
  readonly info: (message: string) => void;
}

function nativeOf(context: UnpluginBuildContext): NativeContext {
  return context as unknown as NativeContext;
}
