import { readFileSync } from 'node:fs';
import { environmentVariables } from '../../packages/core/src/environment-variables.ts';
import { fieldNames, fieldOf, type FieldName } from '../../packages/core/src/fields.ts';
import { moneyRange } from '../../packages/core/src/amounts.ts';
import { modelTable } from '../../packages/core/src/plan/models.ts';
import { exitCodeOf, exitCodes, exitMeanings } from '../../packages/cli/src/exit-codes.ts';
import { program } from '../../packages/cli/src/program.ts';
import type { Command } from '../../packages/cli/src/command.ts';
import { apiPage } from './api.ts';
import { diagnostics, errors, findings, warnings } from '../../packages/cli/src/explanations.ts';
import { documentsOf } from './documents.ts';
import { builtInModels } from './field-notes.ts';
import { membersOf } from './members.ts';
import { code, page, table } from './markdown.ts';

/** The pages of the reference, by their path below `docs/reference`. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'fields.md': fieldsPage(),
    'options.md': optionsPage(),
    'commands.md': commandsPage(),
    'exit-codes.md': exitCodesPage(),
    'events.md': documentsPage(),
    'codes.md': codesPage(),
    'models.md': await modelsPage(),
    'environment.md': environmentPage(),
    'api.md': apiPage(),
    'glossary.md': glossaryPage(),
  };
}

function fieldsPage(): string {
  const row = (name: FieldName): string[] => {
    const { type, help, default: usual, of, min, max, maxEntries, inRequest, form } = fieldOf(name);
    const range = min === undefined && max === undefined ? [] : [`${min ?? ''} to ${max ?? ''}`];
    const limits = [
      ...(of === undefined ? [] : [of.map(code).join(' ')]),
      ...range,
      ...(maxEntries === undefined ? [] : [`at most ${maxEntries} entries`]),
      ...(form === undefined ? [] : [form.is]),
    ];
    const isPaid = inRequest !== undefined || madeOf.has(name);
    return [
      code(name),
      typeNames[type],
      usual === undefined ? '' : code(String(usual)),
      limits.join('; '),
      isPaid ? 'yes' : 'no',
      // The default has a column of its own.
      help.replace(/ ?Default \S+\.$/, ''),
    ];
  };
  return page(
    'Manifest fields',
    'A manifest is a YAML file `*.images.yaml`. An image, a preset and `defaults` may have these fields. The column “buys” says whether a change asks for another picture, which costs money. All other changes are free.',
    [
      table(['field', 'type', 'default', 'values', 'buys', 'meaning'], fieldNames.map(row)),
      'An image may also have `preset` (a name, or a list of names, applied from left to right), `each` (a list of rows, or the path of a CSV, JSON, JSONL or YAML file) and `pick` (the number of the candidate that is delivered).',
      'The [JSON Schema](https://json-schema.org) of a manifest is in the packages: `tintype/schema/manifest.json`.',
    ],
    '[config options](./options.md), or [the codes of mistakes](./codes.md).',
  );
}

const typeNames: Readonly<Record<ReturnType<typeof fieldOf>['type'], string>> = {
  text: 'text',
  choice: 'word',
  form: 'text',
  prompt: 'text',
  apiKey: 'reference',
  integer: 'integer',
  boolean: 'boolean',
  texts: 'list of texts',
  widths: 'list of integers, or `auto`',
  formats: 'list or map',
  crop: 'text or map',
  sources: 'list of maps',
  options: 'map',
};

/** The fields that a request is made of beside those that it holds unchanged (`plan/request-key.ts`). */
const madeOf: ReadonlySet<FieldName> = new Set([
  'prompt',
  'aspect_ratio',
  'size',
  'input_images',
  'mask',
  'markup',
  'model',
  'number_of_images',
  'take',
  'provider',
]);

function optionsPage(): string {
  const text = readFileSync(new URL('../../packages/core/src/config.ts', import.meta.url), 'utf8');
  const rows = membersOf(text, 'Options').map(({ name, type, help, usual }) => [
    code(name),
    code(type),
    usual === null || usual.includes('`') ? (usual ?? '') : code(usual),
    help,
  ]);
  return page(
    'Config options',
    'All options of `tintype.config.ts` (or `.mts`, `.js`, `.mjs`, `.json`) are optional. A flag overrides the environment, which overrides the config. `tintype doctor` says which value is in force, and what set it.',
    [table(['option', 'type', 'default', 'meaning'], rows)],
    '[commands](./commands.md), or [environment variables](./environment.md).',
  );
}

/** The table at the top of `types.ts`. */
function glossaryPage(): string {
  const text = readFileSync(new URL('../../packages/core/src/types.ts', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^ \* \| (.+?) +\| (.+?) +\|$/gm)].map(([, word, meaning]) => [
    word!,
    meaning!.replaceAll('**', ''),
  ]);
  return page(
    'Glossary',
    'Each word means one thing in the documentation, in messages and in the code.',
    [
      table(
        ['word', 'meaning'],
        rows.slice(1).filter(([word]) => !word!.startsWith('-')),
      ),
    ],
    '[how to …](../how-to/index.md).',
  );
}

function commandsPage(): string {
  return page(
    'Commands',
    `${program.description} The first command, \`generate\`, runs if none is named.`,
    program.commands.map(commandPart),
    '[exit codes](./exit-codes.md), or [JSON output](./events.md).',
  );
}

function commandPart(command: Command): string {
  const values = command.arguments.map((value) =>
    [
      value.required ? `<${value.name()}` : `[${value.name()}`,
      value.variadic ? '...' : '',
      value.required ? '>' : ']',
    ].join(''),
  );
  const rows = Object.values(command.flags).map((option) => [
    code(option.flags),
    [
      option.description,
      ...(option.argChoices === undefined ? [] : [`(${option.argChoices.join(', ')})`]),
    ].join(' '),
  ]);
  const examples = command.examples.map(([line, what]) => `# ${what}\n${line}`).join('\n');
  return [
    `## tintype ${command.name}`,
    code(['tintype', command.name, ...values].join(' ')),
    command.description.replaceAll('<', '&lt;'),
    ...(rows.length === 0 ? [] : [table(['flag', 'meaning'], rows)]),
    ...(examples === '' ? [] : [`\`\`\`sh\n${examples}\n\`\`\``]),
  ].join('\n\n');
}

function exitCodesPage(): string {
  const rows = Object.entries(exitCodes).map(([name, number]) => {
    const causes = Object.entries(exitCodeOf).filter(([, exit]) => exit === number);
    return [
      code(String(number)),
      exitMeanings[name as keyof typeof exitCodes],
      causes.map(([cause]) => `[${code(cause)}](./codes.md#error-${cause})`).join(' '),
    ];
  });
  return page(
    'Exit codes',
    'Every command of the CLI ends with one of these. They are public: they do not change without a new major version.',
    [table(['code', 'meaning', 'errors that lead to it'], rows)],
    '[what each error code means](./codes.md).',
  );
}

function documentsPage(): string {
  const parts = documentsOf().map(({ title, file, what, members }) =>
    [
      `## ${title}`,
      `${what} Schema: \`tintype/schema/${file}\`.`,
      table(
        ['member', 'type'],
        members.map(({ path, type }) => [code(path), code(type)]),
      ),
    ].join('\n\n'),
  );
  return page(
    'JSON output',
    'What programs read. The schemas are written from the types of the code, and tests hold real output against them. A minor version may add members and events, so a reader has to ignore what it does not know.',
    parts,
    '[exit codes](./exit-codes.md).',
  );
}

function codesPage(): string {
  const part = (
    title: string,
    intro: string,
    kind: string,
    codes: Readonly<Record<string, readonly [string, string]>>,
  ) =>
    [
      `## ${title}`,
      intro,
      ...Object.entries(codes).map(([name, [means, wayOut]]) =>
        [`### ${code(name)} {#${kind}-${name}}`, `${means} ${wayOut}${seeAlso[name] ?? ''}`].join(
          '\n\n',
        ),
      ),
    ].join('\n\n');
  return page(
    'Codes of errors, diagnostics and warnings',
    'Messages may change; their codes do not. The JSON output has the code of each. `tintype explain <code>` prints what this page says, without a network and for the version that is installed.',
    [
      part(
        'Diagnostics',
        'About a line of a manifest or of a data file. An error among them stops the run before anything is spent.',
        'diagnostic',
        diagnostics,
      ),
      part('Errors', 'Why a run or an image failed.', 'error', errors),
      part(
        'Findings',
        'What `tintype verify` finds in the store and in the cache.',
        'finding',
        findings,
      ),
      part(
        'Warnings',
        'Events of type `warning`. They never change the exit code.',
        'warning',
        warnings,
      ),
    ],
    '[exit codes](./exit-codes.md).',
  );
}

/** The pages that an explanation names. */
const seeAlso: Readonly<Record<string, string>> = {
  'unknown-field': ' See [manifest fields](./fields.md).',
  config: ' See [config options](./options.md).',
  'remote-unsupported': ' See [remotes](../remotes.md).',
};

async function modelsPage(): Promise<string> {
  const models = await builtInModels();
  const rows = models.map((model) => {
    const prices = modelTable[model.name]?.prices ?? null;
    return [
      code(model.name) + (model.isDefault ? ' (default)' : ''),
      model.sizes === 'free' ? 'free' : model.sizes.join(' '),
      Object.entries(model.priceUsd?.qualities ?? {})
        .map(([quality, cost]) => `${quality} ${moneyRange(cost)}`)
        .join(', ') || 'unknown',
      prices === null
        ? ''
        : `${prices.textIn} / ${prices.imageIn} / ${prices.imageOut} / ${prices.textOut}`,
      model.batches === null ? 'not known' : model.batches ? 'yes' : 'no',
      model.shutdownDate ?? '',
      model.successor === null ? '' : code(model.successor),
    ];
  });
  const listed = table(
    [
      'model',
      'sizes',
      'a picture (US dollars)',
      'a million tokens: text in, image in, image out, text out',
      'batches',
      'ends',
      'successor',
    ],
    rows,
  );
  return page(
    'Models and prices',
    'The table that ships with Tintype. Prices are those of OpenAI’s pricing page, read from 2026-09-05 to 2026-11-05; sizes and limits are from its image guide, read on 2026-11-22. A picture is of 1024x1024, or of the first size, without input pictures. `models` in the config adds and corrects facts. `tintype models` prints the same for today and for your config.',
    [listed],
    '[config options](./options.md).',
  );
}

function environmentPage(): string {
  return page(
    'Environment variables',
    'Variables with “yes” may also be in `.env.local` or `.env` of the project. All others count only in your own environment, because `.env` comes with a clone. `tintype doctor` lists those that are set.',
    [
      table(
        ['variable', 'meaning', 'in .env'],
        environmentVariables.map(({ name, meaning, inFiles }) => [
          code(name),
          meaning,
          inFiles ? 'yes' : 'no',
        ]),
      ),
    ],
    '[config options](./options.md).',
  );
}
