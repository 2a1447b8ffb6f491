import { count } from './amounts.ts';
import type { Event } from './events.ts';

/** `shared cache s3://team/site: 24 files fetched, 12 uploaded`. What was refused is a warning of its own. */
export function sharedCacheText(event: Extract<Event, { type: 'shared-cache' }>): string {
  const { remote, fetched, slower, uploaded, notUploaded } = event;
  const parts = [
    `${count(fetched, 'file')} fetched`,
    slower > 0 ? `${slower} encoded because that was faster` : '',
    uploaded > 0 ? `${uploaded} uploaded` : '',
    notUploaded > 0 ? `${notUploaded} not uploaded` : '',
  ];
  return `shared cache ${remote}: ${parts.filter((part) => part !== '').join(', ')}`;
}
