import { program } from '../../packages/cli/src/program.ts';
import { code } from './markdown.ts';

/** The README of the package `tintype`, whose list of commands is what `tintype --help` lists. */
export function withCommands(readme: string): string {
  const rows = program.commands.map(
    ({ name, summary }) => `- ${code(`tintype ${name}`)}: ${summary.replaceAll('<', '&lt;')}`,
  );
  const between = /(?<=<!-- Written by \S+ from the code\. -->\n\n).*?(?=\n\n<!-- end -->)/s;
  if (!between.test(readme)) throw new Error('the README has no place for the commands');
  return readme.replace(between, () => rows.join('\n'));
}
