import type { Config, Options } from './config.ts';

/** What a shell knows before the config is read. */
export interface ProjectRequest {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--root`, relative to `cwd`. */
  readonly root?: string;
  /** `--config`, relative to `cwd`. */
  readonly config?: string;
  /** Flags, which win over the config file. Relative paths are relative to the root. */
  readonly overrides?: Options;
}

export interface Project {
  readonly config: Config;
  /** The environment with `.env.local` and `.env` below it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds the root, reads the config file and `.env`, and completes the options.
 * Throws a TintypeError `config` that names the field which is wrong.
 */
export async function loadProject(request: ProjectRequest): Promise<Project> {
  throw new Error(`not written yet: ${request.cwd}`);
}
