import type { MeasuredFile, PictureNote } from '@tintype/core/types';
import type { Candidate, LiveSheet, SheetImage, SheetPicture } from '../../src/sheet.ts';
import { count, fileSize, moment, money, priceOf, since } from './amounts.ts';
import { shownPicture } from './card.ts';
import { change } from './change.ts';
import { decoration, h, nodesOf } from './element.ts';
import { files } from './files.ts';
import { history } from './history.ts';
import { lineage } from './lineage.ts';
import { noteControls } from './notes.ts';
import { lazyThumbnail, type PictureSource } from './pictures.ts';
import { emptyWords, statusWords } from './words.ts';

export interface InspectorActions {
  /** Resolves to whether it is picked now. */
  readonly pick: (image: SheetImage, candidate: number) => Promise<boolean>;
  readonly buy: (image: SheetImage) => void;
  /** Opens the viewer, at a candidate if one is given. */
  readonly look: (image: SheetImage, candidate: number | null) => void;
  /** Opens the viewer with two pictures, one of them the past picture of a key if there is one. */
  readonly compare: (image: SheetImage, key?: string) => void;
  readonly edit: (image: SheetImage) => void;
  readonly crop: (image: SheetImage) => void;
  /** Asks for a new image that works from this one. */
  readonly vary: (image: SheetImage) => void;
  readonly select: (id: string) => void;
  /** Offers the change that brings a stored picture back. */
  readonly bringBack: (image: SheetImage, key: string) => void;
  readonly note: (image: SheetImage, key: string, note: PictureNote) => void;
  /** Shows the code with which a page shows an image. */
  readonly use: (image: SheetImage) => void;
  /** How the files of an image look. Rejects with the project's own message. */
  readonly measure: (id: string) => Promise<readonly MeasuredFile[]>;
  readonly copy: (text: string) => void;
  readonly close: () => void;
}

/** Everything about one image: its request, its cost and its files. */
export function inspector(
  image: SheetImage,
  all: readonly SheetImage[],
  live: LiveSheet | null,
  source: PictureSource,
  actions: InspectorActions,
): (Node | string)[] {
  // Who may only look gets no controls, as in a file.
  const editing = live?.role === 'edit' ? live : null;
  const picking = live?.role === 'look' ? null : live;
  return nodesOf([
    heading(image, actions),
    image.failure !== null && failure(image.failure.message, image.failure.maybeBilled),
    change(image, source, actions),
    candidates(image, { live, editing, picking }, source, actions),
    purchase(image, live, actions),
    reasons(image),
    prompt(image, editing, actions),
    lineage(image, all, source, actions.select),
    history(image, editing, source, actions),
    use(image, live, actions),
    facts(image),
    ...image.deliveries.map((delivery) => files(image, delivery, editing && actions.measure)),
  ]);
}

function heading(image: SheetImage, { copy, close }: InspectorActions): HTMLElement {
  const { word, tone } = statusWords[image.status];
  const place = `${image.manifest}:${image.line}`;
  return h(
    'header.heading',
    h('h2', { id: 'inspected' }, image.id),
    h('span', { class: `state ${tone}` }, word),
    h('button.close', { 'aria-label': 'Close', onclick: close }, '×'),
    h('button.place', { title: 'Copy the place', onclick: () => copy(place) }, place),
    h('p.alt', image.alt === '' ? 'Decorative: no alt text.' : image.alt),
  );
}

function failure(message: string, maybeBilled: boolean): HTMLElement {
  return h(
    'div.note.wrong',
    { role: 'alert' },
    h('strong', maybeBilled ? 'It failed and may have been billed.' : 'It failed.'),
    h('p.words', message),
  );
}

interface Roles {
  /** `null`: the page is a file. */
  readonly live: LiveSheet | null;
  /** `null`: nothing can be edited here. */
  readonly editing: LiveSheet | null;
  /** `null`: nothing can be picked or noted here. */
  readonly picking: LiveSheet | null;
}

function candidates(
  image: SheetImage,
  roles: Roles,
  source: PictureSource,
  actions: InspectorActions,
): HTMLElement {
  const isSeveral = image.candidates.length > 1;
  const canCompare = image.candidates.some(({ picture }) => picture !== null);
  return h(
    'section',
    { class: isSeveral ? 'candidates several' : 'candidates' },
    h(
      'ol',
      ...image.candidates.map((candidate) =>
        candidateFrame(candidate, image, roles, source, actions),
      ),
    ),
    canCompare &&
      h(
        'p.actions',
        h('button.compare', { onclick: () => actions.compare(image) }, 'Compare'),
        h('kbd', decoration, 'c'),
        roles.editing !== null &&
          cropped(image) !== null &&
          h('button.compare', { onclick: () => actions.crop(image) }, 'Crop'),
      ),
  );
}

function candidateFrame(
  candidate: Candidate,
  image: SheetImage,
  { live, picking }: Roles,
  source: PictureSource,
  { pick, look, copy, note }: InspectorActions,
): HTMLElement {
  const { number, picture, key } = candidate;
  const isPicked = image.pick === number;
  // A candidate that was picked before its picture existed can be picked again, to confirm it.
  const isSettled = isPicked && !(candidate.isUnseenPick && picture !== null);
  // A delivered picture may not be in the store. Then the delivered file is shown.
  const shown = picture ?? (image.candidates.length === 1 ? shownPicture(image) : null);
  const command = `tintype pick ${image.id} ${number}`;
  return h(
    'li',
    {
      class: [isPicked ? 'picked' : '', candidate.note.rejected ? 'rejected' : ''].join(' ').trim(),
    },
    shown === null
      ? h(
          'span.mat',
          image.standIn !== null &&
            number === (image.pick ?? 1) &&
            lazyThumbnail(image.standIn, source, 'A drawing in its place'),
          h('span.empty', emptyWords[candidate.status]),
        )
      : h(
          'button.mat',
          {
            'aria-label': `Look at ${nameOf(image, number)} closely`,
            onclick: () => look(image, number),
          },
          lazyThumbnail(shown, source, ''),
        ),
    image.candidates.length > 1 &&
      h(
        'div.choose',
        h('span.number', String(number)),
        isSettled
          ? h('span.is-picked', 'picked')
          : picture === null || (live !== null && picking === null)
            ? null
            : live === null
              ? h(
                  'button.pick',
                  {
                    'aria-label': `Copy: ${command}`,
                    onclick: () => copy(command),
                  },
                  'Copy command',
                )
              : h(
                  'button.pick',
                  {
                    'aria-label': `${isPicked ? 'Keep' : 'Pick'} ${number}`,
                    onclick: () => void pick(image, number),
                  },
                  isPicked ? 'Keep' : 'Pick',
                ),
      ),
    image.candidates.length > 1 && h('span.figures', figures(candidate)),
    picture !== null &&
      candidate.bytes !== null &&
      noteControls(
        nameOf(image, number),
        candidate.note,
        picking === null || key === null ? null : (next) => note(image, key, next),
      ),
  );
}

/** The picture that is cropped by hand: the picked one, or the first that there is. Stand-ins are not cropped. */
export function cropped({ candidates: all, pick }: SheetImage): SheetPicture | null {
  const bought = all.filter(({ bytes }) => bytes !== null);
  const picked = bought.find(({ number }) => number === pick) ?? bought[0];
  return picked?.picture ?? null;
}

function nameOf({ id, candidates: all }: SheetImage, number: number): string {
  return all.length === 1 ? id : `${id}, candidate ${number}`;
}

function figures({ picture, bytes, costUsd }: Candidate): string {
  if (bytes === null || picture === null) return '';
  return `${picture.width}×${picture.height}  ${fileSize(bytes)}  ${money(costUsd)}`;
}

function purchase(
  image: SheetImage,
  live: LiveSheet | null,
  { buy, copy }: InspectorActions,
): HTMLElement | false {
  const { price } = image;
  if (image.isForBatch) return byCommand(image, 'To order it in a batch, run:', copy);
  if (price === null) return false;
  // A picture that is being bought already, by another process or for another image, is waited for. Its reason says so.
  const isOurs = live?.purchase?.ids.includes(image.id) === true;
  if (!isOurs && image.candidates.some(({ status }) => status === 'buying')) return false;
  if (live === null) return byCommand(image, `To buy it for ${priceOf(price.costUsd)}, run:`, copy);
  if ('refusal' in live.buying) {
    return h('section.purchase', h('p.soft', live.buying.refusal));
  }
  if (live.purchase !== null && isOurs) {
    return h(
      'section.purchase.under-way',
      h('progress', { 'aria-label': 'Buying' }),
      h('p', { role: 'status' }, `${live.purchase.note} …`),
      live.purchase.partialOf === image.id &&
        h('img.partial', { src: `partial/${live.purchase.partials}`, alt: 'A partial picture' }),
    );
  }
  const also =
    price.upstream.length === 0
      ? null
      : `${count(price.pictures, 'picture')}, including its input ${price.upstream.join(', ')}.`;
  const plural = price.pictures > 1 && also === null ? `${price.pictures} pictures ` : '';
  return h(
    'section.purchase',
    h(
      'button.buy',
      { disabled: live.purchase !== null, onclick: () => buy(image) },
      `Buy ${plural}for ${priceOf(price.costUsd)}`,
    ),
    also !== null && h('p.soft', also),
    live.purchase !== null &&
      h(
        'p.soft',
        live.purchase.ids.length === 1
          ? `"${live.purchase.ids[0]}" is being bought.`
          : `${live.purchase.ids.length} images are being bought.`,
      ),
  );
}

function byCommand(
  { id }: SheetImage,
  text: string,
  copy: InspectorActions['copy'],
  command = `tintype ${id}`,
): HTMLElement {
  return h(
    'section.purchase',
    h('p', text),
    h('p.command', h('code', command), h('button', { onclick: () => copy(command) }, 'Copy')),
  );
}

/** The most important facts: why a picture does not exist, and what the next run changes. */
function reasons({ candidates: all, changes, status }: SheetImage): HTMLElement | false {
  const numbers = new Map<string, number[]>();
  for (const candidate of all) {
    const reason = reasonOf(candidate);
    if (reason !== null) numbers.set(reason, [...(numbers.get(reason) ?? []), candidate.number]);
  }
  const unseen = all
    .filter(({ isUnseenPick }) => isUnseenPick)
    .map(({ number, picture }) =>
      picture === null
        ? `Candidate ${number} is picked and not bought yet. It will be delivered unseen.`
        : `Candidate ${number} was picked before it was bought. Look at it, then keep it or pick another.`,
    );
  const reasons = [...numbers].map(([reason, of]) =>
    of.length === all.length
      ? reason[0]!.toUpperCase() + reason.slice(1)
      : `${candidatesOf(of)}: ${reason}`,
  );
  const lines = [...unseen, ...reasons, ...changes];
  const { tone } = statusWords[status];
  return (
    lines.length > 0 &&
    h('ul', { class: `reasons ${tone}` }, ...lines.map((line) => h('li.words', line)))
  );
}

/** What the status alone does not say; `null`: nothing. The time is in the reader's time zone. */
function reasonOf({ status, reason, askedAt }: Candidate): string | null {
  if (status === 'drawn' || reason === 'new') return null;
  // Reasons differ between candidates in the key of the earlier record only. Without the key, equal reasons are shown once.
  if (status !== 'buying') return reason?.replace(/ since [0-9a-f]{8}…$/, '') ?? null;
  return `being bought now${askedAt === null ? '' : ` (since ${since(askedAt)})`}`;
}

/** `Candidate 3`, `Candidates 1, 2 and 4`. */
function candidatesOf(numbers: readonly number[]): string {
  const last = numbers.at(-1);
  return numbers.length === 1
    ? `Candidate ${last}`
    : `Candidates ${numbers.slice(0, -1).join(', ')} and ${last}`;
}

/** The image's own words in the full text colour, and the text that a preset adds in grey. */
function prompt(
  image: SheetImage,
  live: LiveSheet | null,
  { edit, vary }: InspectorActions,
): HTMLElement {
  const { prompt: text, own } = image;
  const parts: Node[] = [];
  let from = 0;
  for (const { start, end } of own) {
    if (start > from) parts.push(h('span.style', text.slice(from, start)));
    parts.push(h('strong.own', text.slice(start, end)));
    from = end;
  }
  if (from < text.length) parts.push(h('span.style', text.slice(from)));
  const isWrapped = parts.some((part) => part instanceof HTMLSpanElement);
  return h(
    'section',
    { class: isWrapped ? 'prompt wrapped' : 'prompt' },
    h('h3', 'Prompt'),
    isWrapped &&
      h(
        'p.legend',
        h('strong.own', 'Underlined'),
        ': this image\u2019s prompt. ',
        h('span.style', 'Grey'),
        ': added by the preset.',
      ),
    h('p.words', { dir: 'auto' }, ...parts),
    live !== null &&
      h(
        'p.actions',
        h('button.edit', { onclick: () => edit(image) }, 'Edit'),
        h('kbd', decoration, 'e'),
        h('button.edit', { onclick: () => vary(image) }, 'The same, but …'),
      ),
  );
}

type Row = readonly [name: string, value: string | null];

function boughtWhen(bought: readonly Candidate[]): string | null {
  const [first] = bought;
  if (first?.createdAt == null) return null;
  const inBatches = bought.filter(({ wasInBatch }) => wasInBatch).length;
  const part = inBatches === bought.length ? '' : `${inBatches} of ${bought.length} `;
  return `${moment(first.createdAt)}${inBatches === 0 ? '' : `, ${part}in a batch`}`;
}

/** What hands an image over to a page. */
function use(
  image: SheetImage,
  live: LiveSheet | null,
  { use: show, copy }: InspectorActions,
): HTMLElement | false {
  if (live === null) {
    return (
      image.deliveries.length > 0 &&
      byCommand(image, 'For a page:', copy, `tintype html ${image.id}`)
    );
  }
  return h('p.actions', h('button.edit', { onclick: () => show(image) }, 'Copy for a page'));
}

function facts(image: SheetImage): HTMLElement {
  const { candidates: all } = image;
  const bought = all.filter(({ bytes }) => bytes !== null);
  const costs = bought.map(({ costUsd }) => costUsd);
  const cost = costs.includes(null)
    ? null
    : costs.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const rows: readonly Row[] = [
    ['model', image.model],
    ['provider', image.provider],
    ...image.parameters.map(({ name, value }): Row => [name, value]),
    ['cost', bought.length === 0 ? null : money(cost)],
    ['tokens', tokens(bought)],
    ['bought', boughtWhen(bought)],
    ['credentials', bought[0]?.credentials ?? null],
    ...all.map(({ key, number }): Row => [all.length === 1 ? 'key' : `key ${number}`, key]),
  ];
  return h(
    'section.facts',
    h('h3', 'Parameters'),
    h(
      'dl',
      ...rows.flatMap(([name, value]) =>
        value === null
          ? []
          : [
              h(
                'div',
                h('dt', name),
                h('dd', { class: name.startsWith('key') ? 'key' : '', title: value }, value),
              ),
            ],
      ),
    ),
  );
}

function tokens(bought: readonly Candidate[]): string | null {
  const usages = bought.flatMap(({ usage }) => usage ?? []);
  if (usages.length === 0) return null;
  const sum = (of: (usage: (typeof usages)[number]) => number) =>
    usages.reduce((total, usage) => total + of(usage), 0);
  const into = sum(({ inputTextTokens, inputImageTokens }) => inputTextTokens + inputImageTokens);
  const out = sum(
    ({ outputTextTokens, outputImageTokens }) => outputTextTokens + outputImageTokens,
  );
  return `${into.toLocaleString('en')} in, ${out.toLocaleString('en')} out`;
}
