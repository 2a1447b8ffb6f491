import { readFileSync } from 'node:fs';
import { Command as Commander, Help } from 'commander';
import type { Command, Example } from './command.ts';
import { clean } from './format/clean.ts';
import { colorsFor } from './format/colors.ts';
import { wrap } from './format/wrap.ts';
import type { Shell } from './shell.ts';
import { withTakers } from './unknown-option.ts';

/** What `tintype` can do. The first command runs if none is named. */
export interface Program {
  readonly description: string;
  readonly commands: readonly [Command, ...Command[]];
  readonly examples: readonly Example[];
}

/**
 * The command line, for commander to parse. `setExitCode` takes what a command exits with; help, version and mistakes
 * throw a CommanderError instead of ending the process.
 */
export function buildProgram(
  { description, commands, examples }: Program,
  shell: Shell,
  setExitCode: (code: number) => void,
): Commander {
  const [first] = commands;
  const program = configure(new Commander('tintype'), shell)
    .usage('[command] [ids...] [options]')
    .description(description)
    .version(version())
    .configureHelp(helpWith(first))
    .addHelpText('after', wrapped(listed(examples) + first.afterword, shell));
  const names = commands.map(({ name }) => name);
  for (const command of commands) {
    const added = program
      .command(command.name, { isDefault: command === first })
      .summary(command.summary)
      .description(command.description)
      .configureHelp(helpLayout)
      .addHelpText('after', wrapped(command.afterword, shell))
      .action(async () => {
        const call = { shell, flags: added.opts(), commands: names };
        setExitCode(await command.action(call, ...added.processedArgs));
      });
    for (const value of command.arguments) added.addArgument(value);
    for (const option of Object.values(command.flags)) added.addOption(option);
    added.configureOutput({
      outputError: (text, write) => write(mistake(withTakers(text, added, program.commands))),
    });
    if (command !== first) added.showHelpAfterError(`See tintype ${command.name} --help.`);
  }
  return program;
}

function configure(program: Commander, { stdout, stderr, env }: Shell): Commander {
  return program
    .exitOverride()
    .showHelpAfterError('See tintype --help.')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(mistake(text)),
      getOutHelpWidth: () => stdout.columns ?? helpWidth,
      getErrHelpWidth: () => stderr.columns ?? helpWidth,
      getOutHasColors: () => colorsFor(stdout, env).isColorSupported,
      getErrHasColors: () => colorsFor(stderr, env).isColorSupported,
    });
}

/** The widest help if there is no terminal, in columns. */
const helpWidth = 100;

/** Commander itself does not wrap a description in fewer than 40 columns, and may leave a word alone on a line. */
const helpLayout = { minWidthToWrap: 16, boxWrap: wrap };

/**
 * The main help. The flags of the default command work without its name, so the main help shows them. They are hidden
 * everywhere else, because commands suggest visible flags for an unknown one.
 */
function helpWith({ flags }: Command): Partial<Help> {
  const visibleOptions: Help['visibleOptions'] = (program) => [
    ...Object.values(flags),
    ...new Help().visibleOptions(program),
  ];
  return {
    ...helpLayout,
    // Almost every command has options, and the column of all terms is as wide as the widest one.
    subcommandTerm: (command) => new Help().subcommandTerm(command).replace(' [options]', ''),
    formatHelp: (program, help) =>
      new Help().formatHelp(program, Object.assign(help, { visibleOptions })),
  };
}

function listed(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}\n`);
  return `\nExamples:\n${lines.join('')}`;
}

function wrapped(text: string, { stdout }: Shell): () => string {
  return () => wrap(text, stdout.columns ?? helpWidth);
}

function mistake(text: string): string {
  return clean(text).replace(/^error: /, 'tintype: ');
}

function version(): string {
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  return version;
}
