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
    return `the server sends ${format} whatever format is requested; with originalFormat: 'any' in openAi({ … }) Tintype accepts its pictures, and uses those that were kept aside at no cost`;
  if (problem.includes('an address for the picture'))
    return "the server answers with URLs; responseFormat: 'b64_json' in openAi({ … }) requests the pictures themselves";
  if (problem.includes('not with JSON'))
    return 'the server is not an image API; check baseUrl, and any proxy in between';
  return 'check that the server speaks the Images API of OpenAI, and the options of its provider in the config';
}
