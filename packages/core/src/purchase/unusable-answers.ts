/** Answers that were paid for and cannot be used. Plain data: `afterAnswer` returns the next state. */
export interface UnusableAnswers {
  /** The number of such answers, by provider and problem. */
  readonly counts: ReadonlyMap<string, number>;
  /** The last answer could not be used, so requests are sent one at a time until one can. */
  readonly isSuspicious: boolean;
}

export const noAnswers: UnusableAnswers = { counts: new Map(), isSuspicious: false };

/** Two answers of one kind mean that the setup is wrong, and every answer costs money. */
const maxOfAKind = 2;

/** `problem`: why the answer cannot be used; `null`: it can. */
export function afterAnswer(
  answers: UnusableAnswers,
  provider: string,
  problem: string | null,
): UnusableAnswers {
  if (problem === null) return { ...answers, isSuspicious: false };
  const kind = kindOf(provider, problem);
  const counts = new Map(answers.counts).set(kind, (answers.counts.get(kind) ?? 0) + 1);
  return { counts, isSuspicious: true };
}

/** Whether a provider has given so many answers with one problem that no further request may be sent. */
export function isHopeless(answers: UnusableAnswers, provider: string, problem: string): boolean {
  return (answers.counts.get(kindOf(provider, problem)) ?? 0) >= maxOfAKind;
}

/** Without numbers, such as sizes, because they differ from answer to answer. */
function kindOf(provider: string, problem: string): string {
  return `${provider}: ${problem.replaceAll(/\d+/g, '#')}`;
}

/** What the server seems to do, and the option that corrects it. */
export function setUpHint(problem: string): string {
  const [, format] = /^it is (\w+) and not png/.exec(problem) ?? [];
  if (format !== undefined)
    return `the server makes ${format} whatever it is asked for; with originalFormat: 'any' in openAi({ … }) its pictures are accepted, and those that were kept aside are used at no cost`;
  if (problem.includes('an address for the picture'))
    return "the server answers with addresses; responseFormat: 'b64_json' in openAi({ … }) asks it for the picture itself";
  if (problem.includes('not with JSON'))
    return 'what answers is no image API; check baseUrl and what is between';
  return 'check that the server speaks the Images API of OpenAI, and the options of its provider in the config';
}
