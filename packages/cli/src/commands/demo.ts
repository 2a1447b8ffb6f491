import { pathToFileURL } from 'node:url';
import { command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { placeFlags } from '../flags.ts';
import { say } from '../format/wrap.ts';

export const demo = command({
  name: 'demo',
  summary: 'make a page with stand-ins of every picture, to see what comes out; free',
  description:
    'Makes a page with every picture of this project, in a new temporary folder. What is not bought yet is a stand-in in the right size and ' +
    'formats. In a folder without a manifest, the page is that of a small site that comes with Tintype. Buys nothing, and needs no key.',
  flags: {
    open: flag('--open', 'open the page in the browser'),
    ...placeFlags,
  },
  examples: [['tintype demo --open', 'see what comes out, before you write anything']],
  async action({ shell, flags }) {
    const { makeDemo } = await import('../demo/make-demo.ts');
    const { page, note, isOwn } = await makeDemo(shell, flags);
    const next = isOwn
      ? 'npx tintype plan   what each one would cost\nnpx tintype        buy what is missing, after a question'
      : 'npx tintype init   a first manifest, to write your own';
    shell.stdout.write(`${pathToFileURL(page).href}\n`);
    if (!flags.quiet) say(shell.stderr, `\n${note}\n\nNext:\n${next.replace(/^/gm, '  ')}\n`);
    if (flags.open) {
      const { openInBrowser } = await import('../open-in-browser.ts');
      openInBrowser(page, shell.env, (problem) => shell.stderr.write(`${problem}\n`));
    }
    return exitCodes.delivered;
  },
});
