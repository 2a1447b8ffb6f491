import { InvalidArgumentError } from 'commander';
import { argument, command, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { positiveInteger, projectFlags } from '../flags.ts';
import { withRun } from '../run.ts';

export const html = command({
  name: 'html',
  summary: 'print the <picture> of an image, for a page',
  description:
    'Prints the <picture> of an image that is delivered, with its formats, widths, art direction and first frame, as the asset map ' +
    'has it. Paste it into a page, or let a template call this command. Spends nothing.',
  arguments: [argument('<id>', 'the image, or a name in the asset map, such as hero-2')],
  flags: {
    base: flag(
      '--base <url>',
      'the address of the folder of files (default: base of the config, or outDir below public or static, so /images/)',
    ),
    class: flag('--class <names>', 'the class of the <img>'),
    sizes: flag('--sizes <sizes>', 'in place of sizes of the manifest'),
    alt: flag('--alt <text>', 'in place of alt of the manifest'),
    width: flag('--width <n>', 'the width attribute; the height follows', positiveInteger),
    priority: flag('--priority', 'load it at once, because it is the largest picture seen first'),
    attribute: flag(
      '--attribute <name=value>',
      'any other attribute of the <img>; repeat the flag for more',
      addAttribute,
    ),
    ...projectFlags,
  },
  examples: [
    ['tintype html hero --class wide --priority', 'print the <picture> of hero'],
    ['tintype html hero --base https://cdn.example/images/', 'for files on another host'],
  ],
  async action({ shell, flags }, id) {
    const text = await withRun(shell, flags, async (core, context) => {
      const { pictureHtml, toPicture } = await import('@tintype/core/picture');
      const asset = await core.deliveredAsset(context, id);
      return pictureHtml(toPicture(asset, flags.base ?? context.config.base), {
        ...(flags.priority && { loading: 'eager', fetchpriority: 'high' }),
        ...(flags.class !== undefined && { class: flags.class }),
        ...(flags.sizes !== undefined && { sizes: flags.sizes }),
        ...(flags.alt !== undefined && { alt: flags.alt }),
        ...(flags.width !== undefined && { width: flags.width }),
        ...flags.attribute,
      });
    });
    shell.stdout.write(`${text}\n`);
    return exitCodes.delivered;
  },
});

function addAttribute(
  text: string,
  previous: Readonly<Record<string, string | true>> = {},
): Readonly<Record<string, string | true>> {
  const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  if (!/^[a-z][\w:.-]*$/i.test(name)) {
    throw new InvalidArgumentError('It takes a name and a value, such as data-id=hero.');
  }
  return { ...previous, [name]: value ?? true };
}
