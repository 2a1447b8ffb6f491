import { type Reporter, sharedCacheText } from '@tintype/core';
import type { Logger } from 'vite';

/** Prints through Vite's logger what a user has to know during a run. Mistakes are thrown, not logged. */
export function logReporter(logger: Logger): Reporter {
  return (event) => {
    switch (event.type) {
      case 'warning': {
        const place = event.manifest === undefined ? '' : `${event.manifest}:${event.line}  `;
        logger.warnOnce(`[tintype] ${place}${event.message}`);
        break;
      }
      case 'diagnostic':
        if (event.severity === 'warning') {
          const { file, line, column, code, message } = event;
          logger.warnOnce(`[tintype] ${file}:${line}:${column}  ${code}  ${message}`);
        }
        break;
      case 'generating':
        logger.info(`[tintype] buying ${event.id}`);
        break;
      case 'shared-cache':
        logger.info(`[tintype] ${sharedCacheText(event)}`);
        break;
      default:
    }
  };
}
