import { argument, command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { safeJson } from '../format/clean.ts';
import { say } from '../format/wrap.ts';

export const explain = command({
  name: 'explain',
  summary: 'say what the code of a message means, and how to fix it',
  description:
    'Says what the codes in messages mean, and how to fix it: codes of mistakes, errors, warnings, and what verify finds. Without ' +
    'a code: lists all of them. Needs no project and no network.',
  arguments: [argument('[codes...]', 'codes from messages, such as bad-id')],
  flags: {
    json: flag('--json', 'one JSON document on stdout instead of the text'),
  },
  examples: [
    ['tintype explain bad-id', 'what a code means'],
    ['tintype explain', 'all codes'],
  ],
  async action({ shell, flags }, names) {
    const { explainedCodes } = await import('../explain-codes.ts');
    const all = explainedCodes();
    const unknown = names.find((name) => all.every(({ code }) => code !== name));
    if (unknown !== undefined) {
      const { didYouMean, TintypeError } = await import('@tintype/core');
      const hint = didYouMean(unknown, new Set(all.map(({ code }) => code)));
      const list = hint === '' ? '; tintype explain lists all codes' : hint;
      throw new TintypeError('usage', `there is no code "${unknown}"${list}`);
    }
    const asked = names.flatMap((name) => all.filter(({ code }) => code === name));
    const codes = names.length === 0 ? all : asked;
    if (flags.json) shell.stdout.write(`${safeJson({ version: 1, codes }, 2)}\n`);
    else {
      const { codeTable, codeTexts } = await import('../format/explained-codes.ts');
      const text = names.length === 0 ? codeTable(codes) : codeTexts(codes);
      say(shell.stdout, text);
    }
    return exitCodes.delivered;
  },
});
