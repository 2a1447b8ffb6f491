import { type Reporter, sharedCacheText } from '@tintype/core';

/** Keeps what a user has to know until the bundler can show it. Mistakes are thrown, not kept. */
export interface Warnings {
  readonly report: Reporter;
  readonly add: (message: string) => void;
  /** Those that have not been taken. */
  readonly take: () => string[];
}

export function collectWarnings(): Warnings {
  const known = new Set<string>();
  let kept: string[] = [];
  const add = (message: string) => {
    if (!known.has(message)) kept.push(message);
    known.add(message);
  };
  return {
    add,
    report: (event) => {
      if (event.type === 'warning') {
        add(
          (event.manifest === undefined ? '' : `${event.manifest}:${event.line}  `) + event.message,
        );
      } else if (event.type === 'diagnostic' && event.severity === 'warning') {
        add(`${event.file}:${event.line}:${event.column}  ${event.code}  ${event.message}`);
      } else if (event.type === 'shared-cache') {
        add(sharedCacheText(event));
      }
    },
    take: () => {
      const taken = kept;
      kept = [];
      return taken;
    },
  };
}
