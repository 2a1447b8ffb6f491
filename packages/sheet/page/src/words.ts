import type { CandidateStatus, ImageStatus } from '../../src/sheet.ts';

/** A status in one or two words, and how much it stands out. */
export const statusWords: Readonly<
  Record<ImageStatus, { readonly word: string; readonly tone: 'quiet' | 'open' | 'wrong' }>
> = {
  delivered: { word: 'delivered', tone: 'quiet' },
  stored: { word: 'stored', tone: 'quiet' },
  drawn: { word: 'stand-in', tone: 'quiet' },
  'stand-in': { word: 'stand-in', tone: 'open' },
  unpicked: { word: 'nothing picked', tone: 'open' },
  unseen: { word: 'picked unseen', tone: 'open' },
  changed: { word: 'changed', tone: 'open' },
  'not-delivered': { word: 'not delivered yet', tone: 'open' },
  missing: { word: 'missing', tone: 'open' },
  buying: { word: 'being bought', tone: 'open' },
  paid: { word: 'paid for', tone: 'open' },
  ordered: { word: 'ordered', tone: 'open' },
  blocked: { word: 'waits for its input', tone: 'open' },
  attempted: { word: 'may have been billed', tone: 'wrong' },
  refused: { word: 'refused', tone: 'wrong' },
  rejected: { word: 'unusable', tone: 'wrong' },
  damaged: { word: 'damaged', tone: 'wrong' },
  failed: { word: 'failed', tone: 'wrong' },
};

/** The text in an empty frame. */
export const emptyWords: Readonly<Record<CandidateStatus, string>> = {
  stored: 'stored',
  drawn: 'stand-in',
  missing: 'not bought',
  buying: 'being bought now',
  paid: 'paid for, not recorded yet',
  ordered: 'ordered, not collected yet',
  blocked: 'waits for its input',
  attempted: 'may have been billed',
  refused: 'refused',
  rejected: 'paid for, unusable',
  damaged: 'damaged',
};
