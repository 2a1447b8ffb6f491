import type { EditProposal } from '../../src/sheet.ts';
import { count, priceOf } from './amounts.ts';
import { diffOf } from './diff.ts';
import { h } from './element.ts';
import { wordsOf } from './toast.ts';

interface ProposalOptions {
  /** What it says while nothing is proposed. */
  readonly idle: string;
  readonly verb: 'Save' | 'Add';
  /** What the form would write; `null`: nothing. */
  readonly propose: () => Promise<EditProposal> | null;
  /** Rejects with the reason why it was not written. */
  readonly write: () => Promise<void>;
  readonly cancel: () => void;
}

export interface ProposalBox {
  readonly outcome: HTMLElement;
  readonly problems: HTMLElement;
  readonly diff: HTMLElement;
  /** The button that writes it, and the one that does not. */
  readonly actions: HTMLElement;
  /** Something in the form is different now. */
  readonly changed: () => void;
  readonly ask: () => Promise<void>;
  readonly write: () => Promise<void>;
}

/** Milliseconds without a change, after which the page asks what it would write. */
const pauseMs = 200;

/** What a form would write: its price, its mistakes and its lines, and the button that writes it. */
export function proposalBox({ idle, verb, propose, write, cancel }: ProposalOptions): ProposalBox {
  let asked = 0;
  let timer: number | undefined;
  const outcome = h('p.outcome', { role: 'status' }, idle);
  const problems = h('ul.edit-problems');
  const diff = h('div.diffs');
  const button = h('button.buy', { disabled: true, onclick: () => void writeOnce() }, verb);
  const actions = h('p.actions', button, h('button.cancel', { onclick: cancel }, 'Cancel'));
  return { outcome, problems, diff, actions, changed, ask, write: writeOnce };

  function changed(): void {
    button.disabled = true;
    clearTimeout(timer);
    // An answer about what was asked before is no longer of interest.
    asked++;
    timer = window.setTimeout(() => void ask(), pauseMs);
  }

  async function ask(): Promise<void> {
    const now = ++asked;
    try {
      const proposing = propose();
      if (proposing === null) return show(idle);
      outcome.textContent = 'Looking at what that would do …';
      const proposal = await proposing;
      if (now !== asked) return;
      const isWrong = proposal.diagnostics.some(({ severity }) => severity === 'error');
      show(isWrong ? refusal() : outcomeOf(proposal), proposal.diagnostics, proposal.files);
      button.disabled = isWrong || proposal.files.length === 0;
    } catch (error) {
      if (now === asked) fail(error);
    }
  }

  async function writeOnce(): Promise<void> {
    if (button.disabled) return;
    button.disabled = true;
    await write().catch(fail);
  }

  function fail(error: unknown): void {
    show(refusal(), [{ message: wordsOf(error), severity: 'error' }]);
  }

  function refusal(): string {
    return `It cannot be ${verb === 'Add' ? 'added' : 'saved'}:`;
  }

  function show(
    text: string,
    found: readonly Pick<EditProposal['diagnostics'][number], 'message' | 'severity'>[] = [],
    files: EditProposal['files'] = [],
  ): void {
    outcome.textContent = text;
    problems.replaceChildren(
      ...found.map(({ message, severity }) => h('li', { class: `words ${severity}` }, message)),
    );
    diff.replaceChildren(...files.map(diffOf));
  }
}

const listedImages = 4;

/** What a change comes to, in money. */
function outcomeOf({ price, buysMore }: EditProposal): string {
  if (buysMore === null) {
    return price === null
      ? 'Free: nothing has to be bought.'
      : `Nothing more to buy than before: ${priceOf(price.costUsd)} for this image.`;
  }
  const { pictures, images, costUsd } = buysMore;
  const others = images.length - listedImages;
  const names =
    images.slice(0, listedImages).join(', ') + (others > 0 ? ` and ${others} more` : '');
  return `Saving is free. Then there is more to buy: ${count(pictures, 'picture')} for ${priceOf(costUsd)} (${names}).`;
}
