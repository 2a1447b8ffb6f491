import evening from 'virtual:tintype/hall/evening';
import morning from 'virtual:tintype/hall/morning';
import { pictureHtml } from 'vite-plugin-tintype/picture';

const halls = { morning, evening };

/** The HTML of the hall at an hour. The server and the browser both call this, and get the same text. */
export function hallHtml(when: keyof typeof halls): string {
  return pictureHtml(halls[when], { loading: 'eager', fetchpriority: 'high' });
}
