import type { UserConfig } from 'vite';

/** What this module uses of Nuxt 4. It is written here, because `@nuxt/schema` would bring half of Nuxt into an installation. */
export interface Nuxt {
  readonly options: { readonly vite: Pick<UserConfig, 'plugins' | 'optimizeDeps'> };
  readonly hook: <Name extends keyof Hooks>(name: Name, callback: Hooks[Name]) => unknown;
}

interface Hooks {
  readonly 'components:extend': (components: Component[]) => void;
  readonly 'prepare:types': (types: { readonly references: { types: string }[] }) => void;
}

/** A component that pages use without an import. */
interface Component {
  readonly pascalName: string;
  readonly kebabName: string;
  /** The name of the file that is loaded with it. */
  readonly chunkName: string;
  readonly export: string;
  readonly filePath: string;
  readonly shortPath: string;
  readonly prefetch: boolean;
  readonly preload: boolean;
  readonly global: boolean;
  readonly mode: 'all';
}
