import type { Event } from './events.ts';

/** `shared cache s3://team/site: 24 entries fetched, 12 uploaded`. Refused entries have a warning of their own. */
export function sharedCacheText(event: Extract<Event, { type: 'shared-cache' }>): string {
  const { remote, fetched, slower, uploaded, notUploaded } = event;
  const parts = [
    `${entries(fetched)} fetched`,
    slower > 0 ? `${slower} encoded because that was faster` : '',
    uploaded > 0 ? `${uploaded} uploaded` : '',
    notUploaded > 0 ? `${notUploaded} not uploaded` : '',
  ];
  return `shared cache ${remote}: ${parts.filter((part) => part !== '').join(', ')}`;
}

/** `1 entry`, `24 entries`: a file, or a picture's preview. */
export function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}
