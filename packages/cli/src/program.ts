import { readFileSync } from 'node:fs';
import { Command, Help } from 'commander';
import type { CheckFlags } from './commands/check.ts';
import type { PruneFlags } from './commands/prune.ts';
import type { ReviewFlags } from './commands/review.ts';
import type { SheetFlags } from './commands/sheet.ts';
import type { InitFlags } from './commands/init.ts';
import type { PlanFlags } from './commands/plan.ts';
import type { TypesFlags } from './commands/types.ts';
import {
  addOrderFlag,
  addPlaceFlags,
  addProjectFlags,
  addRunFlags,
  days,
  type GenerateFlags,
  type PlaceFlags,
  port,
  positiveInteger,
} from './flags.ts';
import { clean } from './format/clean.ts';
import { colorsFor } from './format/colors.ts';
import { wrap } from './format/wrap.ts';
import type { Shell } from './shell.ts';
import { withTakers } from './unknown-option.ts';

/**
 * The command line. A command is loaded when it is called, so that help need not wait. `setExitCode` takes what a command
 * exits with; help, version and mistakes throw a CommanderError instead of ending the process.
 */
export function createProgram(shell: Shell, setExitCode: (code: number) => void): Command {
  const program = configure(new Command('tintype'), shell)
    .usage('[command] [ids...] [options]')
    .description(
      'AI images as build assets: prompts in, optimised files out, every picture bought once.',
    )
    .version(version());

  const generate = program
    .command('generate', { isDefault: true })
    .summary('make what is missing, encode, write outputs (the default)')
    .description(
      'Makes the pictures that are not stored yet, encodes them, and writes the files and the asset map. ' +
        'Ids bring along the images that they are made from; without ids: all images.',
    )
    .argument('[ids...]', 'images to make')
    .option('--yes', 'buy without asking, where it would be asked')
    .action(async (ids: string[], flags: GenerateFlags) => {
      const commands = program.commands.map((command) => command.name());
      const { generateCommand } = await import('./commands/generate.ts');
      setExitCode(await generateCommand(shell, ids, flags, commands));
    });
  addOrderFlag(addRunFlags(addProjectFlags(generate))).addHelpText(
    'after',
    wrapped(AFTERWORD, shell),
  );

  const plan = program
    .command('plan')
    .summary('say what generate would do and cost; spends nothing, writes nothing')
    .description(
      'Says what generate would do and cost. Spends nothing, writes nothing, and needs no key.',
    )
    .argument('[ids...]', 'images to plan')
    .option('--json', 'one JSON document on stdout instead of the table')
    .action(async (ids: string[], flags: PlanFlags) => {
      const { planCommand } = await import('./commands/plan.ts');
      setExitCode(await planCommand(shell, ids, flags));
    });
  addOrderFlag(addRunFlags(addProjectFlags(plan)));

  const check = program
    .command('check')
    .summary('validate manifests, models and input files')
    .description(
      'Validates manifests, models and input files, and reports every mistake with its place.',
    )
    .option(
      '--online',
      'also ask the API for shutdown dates, and whether https: inputs have changed',
    )
    .action(async (flags: CheckFlags) => {
      const { checkCommand } = await import('./commands/check.ts');
      setExitCode(await checkCommand(shell, flags));
    });
  addProjectFlags(check);

  const verify = program
    .command('verify')
    .summary('re-hash every original and cached variant')
    .description(
      'Re-hashes every original and every cached variant, and says what is wrong and what to do. ' +
        'Changes nothing in the store. Damaged variants are removed from the cache: the next run encodes them again.',
    )
    .action(async (flags: PlaceFlags) => {
      const { verifyCommand } = await import('./commands/verify.ts');
      setExitCode(await verifyCommand(shell, flags));
    });
  addPlaceFlags(verify);

  const prune = program
    .command('prune')
    .summary('remove what no manifest refers to')
    .description(
      'Removes what no manifest refers to: paid pictures with their records, and encoded files. Keeps pictures that ' +
        'another branch, remote branch, tag or stash contains, and pictures that are not committed. If git cannot ' +
        'tell, keeps all of them. With --older-than, age alone decides. Requests with an unknown outcome are always kept.',
    )
    .option('--dry-run', 'list it and remove nothing')
    .option(
      '--older-than <days>',
      'remove everything older than this, even if another branch uses it (30 or 30d; 0 removes everything)',
      days,
    )
    .action(async (flags: PruneFlags) => {
      const { pruneCommand } = await import('./commands/prune.ts');
      setExitCode(await pruneCommand(shell, flags));
    });
  addPlaceFlags(prune);

  const pick = program
    .command('pick')
    .summary('write `pick: n` into the manifest')
    .description(
      "Writes `pick: n` into the image's entry of its manifest: the candidate that is delivered under its id. " +
        'Comments and layout stay as they are.',
    )
    .argument('<id>', 'the image')
    .argument('<n>', 'the candidate, from 1', positiveInteger)
    .action(async (id: string, candidate: number, flags: PlaceFlags) => {
      const { pickCommand } = await import('./commands/pick.ts');
      setExitCode(await pickCommand(shell, id, candidate, flags));
    });
  addPlaceFlags(pick);

  const sheet = program
    .command('sheet')
    .summary('write the contact sheet: every image with its state, on one page')
    .description(
      'Writes the contact sheet as one HTML file: every image with its candidates, prompt, cost and files. It needs no ' +
        'network and no other file, so that CI can keep it. Spends nothing.',
    )
    .option('--out <file>', 'where, relative to the project (default: tintype-sheet.html)')
    .action(async (flags: SheetFlags) => {
      const { sheetCommand } = await import('./commands/sheet.ts');
      setExitCode(await sheetCommand(shell, flags));
    });
  addProjectFlags(sheet);

  const review = program
    .command('review')
    .summary('serve the contact sheet on this machine, to compare, pick and buy')
    .description(
      'Serves the contact sheet on 127.0.0.1 and prints its address; whoever has that may pick and buy. It follows every ' +
        'change of the project, and buys nothing but what is clicked. Ctrl-C ends it.',
    )
    .option('--port <n>', 'the port (default: any that is free)', port)
    .option('--open', 'open it in the browser')
    .action(async (flags: ReviewFlags) => {
      const { reviewCommand } = await import('./commands/review.ts');
      setExitCode(await reviewCommand(shell, flags));
    });
  addRunFlags(addProjectFlags(review));

  program
    .command('types')
    .summary("write the types of the Vite plugin's imports")
    .description(
      'Writes tintype-env.d.ts without a build: one exact declaration for each image. For a new clone, whose type check ' +
        'comes before its first build. Spends nothing.',
    )
    .option(
      '--out <file>',
      'where, relative to the folder of the Vite config (default: tintype-env.d.ts)',
    )
    .option('--root <dir>', 'the folder of the Vite config (default: the working folder)')
    .option('--quiet', 'say nothing')
    .action(async (flags: TypesFlags) => {
      const { typesCommand } = await import('./commands/types.ts');
      setExitCode(await typesCommand(shell, flags));
    });

  program
    .command('init')
    .summary('write a first manifest, config, .gitignore lines and CI workflow')
    .description(
      'Writes a first manifest, a config, .gitignore lines and a workflow for GitHub Actions. Never overwrites a file.',
    )
    .option('--root <dir>', 'where (default: the working folder)')
    .option('--quiet', 'say nothing')
    .action(async (flags: InitFlags) => {
      const { initCommand } = await import('./commands/init.ts');
      setExitCode(await initCommand(shell, flags));
    });

  for (const command of program.commands) {
    command.configureOutput({
      outputError: (text, write) => write(mistake(withTakers(text, command, program.commands))),
    });
    command.configureHelp(HELP_LAYOUT);
    if (command !== generate) command.showHelpAfterError(`See tintype ${command.name()} --help.`);
  }

  // The flags of generate work without its name, so the main help shows them. They are hidden everywhere else, because commands
  // suggest visible flags for an unknown one.
  const visibleOptions: Help['visibleOptions'] = (command) => [
    ...generate.options,
    ...new Help().visibleOptions(command),
  ];
  program.configureHelp({
    ...HELP_LAYOUT,
    formatHelp: (command, help) =>
      new Help().formatHelp(command, Object.assign(help, { visibleOptions })),
  });
  return program.addHelpText('after', wrapped(EXAMPLES + AFTERWORD, shell));
}

/** Commander itself wraps no description that has fewer than 40 columns beside the flags, and leaves a word alone. */
const HELP_LAYOUT = { minWidthToWrap: 16, boxWrap: wrap };

/** The widest help where there is no terminal, in columns. */
const HELP_WIDTH = 100;

function wrapped(text: string, { stdout }: Shell): () => string {
  return () => wrap(text, stdout.columns ?? HELP_WIDTH);
}

const EXAMPLES = `
Examples:
  tintype init                         start here: a first manifest and config
  tintype plan                         what would be made, and for how much
  tintype                              make what is missing and write the files
  tintype hero icon-home               only these two
  tintype --provider offline           stand-ins: no key, no network, no cost
  tintype --yes --max-cost 2.50        buy without a question, up to that
  tintype --frozen                     buy nothing, fail if a picture is missing
  tintype review --open                compare, pick and buy on one page
  tintype pick hero 2                  deliver the second of several candidates
  tintype prune --dry-run              list what no manifest refers to
`;

const AFTERWORD = `
Exit codes:
  0    all delivered
  1    some images failed, the others were delivered; verify found a problem
  2    the manifest, config or command line is wrong, or a key is missing; nothing was done
  3    originals are missing and may not be bought, or the answer was no
  4    the plan costs more than the budget, or the budget ran out
  130  interrupted; pictures in flight were awaited and stored

A missing picture is bought, or not, as the first of these says:
  1. --missing (--frozen), or TINTYPE_MISSING
  2. fail, where a CI is detected, whatever the config says
  3. missing in the config
  4. on a terminal: buy after a question, which --yes answers
  5. fail

Environment:
  OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORG_ID, OPENAI_PROJECT_ID and REPLICATE_API_TOKEN, also from .env and .env.local
  TINTYPE_MISSING, TINTYPE_MAX_COST and TINTYPE_MAX_COST_PER_DAY, like the flags; never from .env files
  NO_COLOR turns colours off; FORCE_COLOR turns them on where there is no terminal
`;

function configure(program: Command, { stdout, stderr, env }: Shell): Command {
  return program
    .exitOverride()
    .showHelpAfterError('See tintype --help.')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(mistake(text)),
      getOutHelpWidth: () => stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => stderr.columns ?? HELP_WIDTH,
      getOutHasColors: () => colorsFor(stdout, env).isColorSupported,
      getErrHasColors: () => colorsFor(stderr, env).isColorSupported,
    });
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
