import { count, type Event, sharedCacheText, shardName } from '@tintype/core';
import { duration, forMoney, saving } from '../format/amounts.ts';
import { cleanLine } from '../format/clean.ts';
import { nameOf } from '../format/name-of.ts';
import type { Colors } from '../format/colors.ts';
import { followingText, isError, isFollowing, isProblem, problemText } from '../format/problem.ts';
import type { Output } from '../shell.ts';
import { say, widthOf } from '../format/wrap.ts';
import type { View } from './reporter.ts';

/** Prints one line for each event, for logs. `quiet`: errors only. */
export function plainView(
  stream: Output,
  options: { readonly colors: Colors; readonly quiet: boolean },
): View {
  const { colors, quiet } = options;
  let following = 0;
  return {
    report: (event) => {
      if (isFollowing(event)) following++;
      if (event.type === 'done' && following > 0) say(stream, `${followingText(following)}\n`);
      if ((quiet && !(isProblem(event) && isError(event))) || isFollowing(event)) return;
      if (isProblem(event)) stream.write(`${problemText(event, colors, widthOf(stream))}\n`);
      else {
        const line = progressLine(event);
        if (line !== null) say(stream, `${line}\n`);
      }
    },
    notice: (text) => say(stream, `${text}\n`),
    close: () => {},
  };
}

/** `null` for events that the summary at the end covers. */
function progressLine(event: Event): string | null {
  switch (event.type) {
    case 'planned': {
      const { images, stored, ordered, toBuy, costUsd } = event;
      const parts = [
        stored > 0 ? `${stored} stored` : '',
        ordered > 0 ? `${ordered} ordered in a batch` : '',
        toBuy > 0 ? `${toBuy} to buy${forMoney(costUsd, 'at most ')}` : '',
      ].filter((part) => part !== '');
      const part = event.shard === undefined ? '' : ` of ${shardName(event.shard)}`;
      return [`planned ${count(images, 'picture')}${part}`, parts.join(', ')]
        .filter(Boolean)
        .join(': ');
    }
    case 'generating':
      return `generating ${nameOf(event)}`;
    case 'waiting':
      return `waiting for ${nameOf(event)}, which another process has been buying for ${duration(event.ms)}`;
    case 'partial':
      return partialText(event);
    case 'generated':
      return `generated ${nameOf(event)} in ${duration(event.ms)}${forMoney(event.costUsd)}`;
    case 'delivered':
      return event.isChanged ? `delivered ${deliveredText(event)}` : null;
    case 'removed':
      return `removed ${cleanLine(event.file)}`;
    case 'shared-cache':
      return cleanLine(sharedCacheText(event));
    default:
      return null;
  }
}

/** A partial picture, for a person to open before the picture is there. */
export function partialText(event: Extract<Event, { type: 'partial' }>): string {
  return `partial picture ${event.number} of ${nameOf(event)}: ${cleanLine(event.file)}`;
}

/** `hero: 6 files, 1.4 MB -> 182 kB, 87% smaller`; a stand-in saves nothing. */
export function deliveredText(event: Extract<Event, { type: 'delivered' }>): string {
  const { originalBytes, bytes } = event;
  const size = originalBytes === null ? 'a stand-in' : saving(originalBytes, bytes);
  return `${cleanLine(event.id)}: ${count(event.files, 'file')}, ${size}`;
}
