import {
  count,
  type Examination,
  fileSize,
  moneyRange,
  type OptionInForce,
  type ProjectState,
} from '@tintype/core';
import { cleanLine } from './clean.ts';
import { moreAbout } from './more-about.ts';
import { table } from './table.ts';
import { wrap } from './wrap.ts';

/** What `tintype doctor` found, for a person: sections of names and values, then what is wrong. */
export function examinationText(examination: Examination, width: number | undefined): string {
  const { versions, system, root, ci, variables, proxy, project, problems } = examination;
  const machine = section('Machine', [
    ['tintype', versions.tintype],
    ['Node', `${versions.node} on ${system.platform} ${system.arch}, ${count(system.cpus, 'CPU')}`],
    ['encodes', encodesText(system)],
    [
      'sharp',
      versions.sharp === null ? 'does not run' : `${versions.sharp}, libvips ${versions.libvips}`,
    ],
    ['git', versions.git ?? 'not found'],
    ['Git LFS', versions.gitLfs ?? 'not found'],
    ['CI', ci ?? 'none'],
    ['variables', namesOf(variables)],
    [
      'proxy',
      proxy === null ? 'none' : `http ${proxy.http ?? 'none'}, https ${proxy.https ?? 'none'}`,
    ],
  ]);
  const found = problems.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
  const errors = problems.filter(({ severity }) => severity === 'error');
  return [
    machine,
    ...(project === null ? [section('Project', [['root', root]])] : projectSections(root, project)),
    `${count(problems.length, 'problem')}${found.length === 0 ? '' : ':'}\n${lines(found)}`,
    moreAbout(new Set(errors.map(({ code }) => code))),
  ]
    .filter((part) => part !== '')
    .map((part) => wrap(part, width))
    .join('\n');
}

/** sharp needs a thread of libuv for each file, and one must stay free (docs/encoding.md). */
function encodesText({ cpus, encodesAtOnce }: Examination['system']): string {
  const text = `${count(encodesAtOnce, 'file')} at once`;
  return encodesAtOnce < cpus ? `${text}; ${cpus} with UV_THREADPOOL_SIZE=${cpus + 2}` : text;
}

function projectSections(root: string, project: ProjectState): string[] {
  const { configFile, wouldBuy, git, store, cache, models, plan, options } = project;
  const where: [string, string][] = [
    ['root', root],
    ['config', configFile ?? 'none'],
    ['a run here', wouldBuy ? 'may buy what is missing' : 'buys nothing'],
    ['git', git.problem ?? `ignores ${git.ignored.join(', ') || 'none of cache, output and .env'}`],
    ['cache', cache.dir],
  ];
  const plans: [string, string][] =
    plan === null
      ? []
      : [
          [
            'plan',
            `${count(plan.images, 'picture')}: ${plan.stored} stored, ${plan.missing} missing, ${plan.blocked} blocked, ${plan.attempted} attempted; ${moneyRange(plan.costUsd)} to buy`,
          ],
        ];
  const ends = models.map((model): [string, string] => [model.name, endOf(model)]);
  return [
    section('Project', [...where, ...plans]),
    ...(store === null ? [] : [storeSection(store)]),
    ...(ends.length === 0 ? [] : [section('Models', ends)]),
    optionTable(options),
  ];
}

function storeSection(store: NonNullable<ProjectState['store']>): string {
  const { records, originals, rejected, remote, notCommitted, uncommitted, pending } = store;
  const waits = [
    [pending.inFlight, 'being bought'],
    [pending.paid, 'paid for and not recorded'],
    [pending.inBatches, 'in batches'],
    [pending.unknown, 'may have been billed'],
    [pending.uploads, 'not uploaded'],
  ] as const;
  const waiting = waits.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return section('Store', [
    ['records', String(records)],
    [
      'originals',
      `${originals.files} (${fileSize(originals.bytes)})${remote === null ? '' : `, others in ${remote}`}`,
    ],
    ['kept aside', String(rejected)],
    [
      'committed',
      notCommitted ?? (uncommitted === null ? 'yes, or git cannot tell' : `all but ${uncommitted}`),
    ],
    ['pending', waiting.join(', ') || 'nothing'],
  ]);
}

function endOf({
  pictures,
  shutdownDate,
  daysLeft,
  successor,
}: ProjectState['models'][number]): string {
  const used = count(pictures, 'picture');
  if (shutdownDate === null || daysLeft === null) return `${used}, no end announced`;
  const when =
    daysLeft <= 0 ? `ended on ${shutdownDate}` : `ends on ${shutdownDate}, in ${daysLeft} d`;
  return `${used}, ${when}${successor === null ? '' : `; use ${successor}`}`;
}

function optionTable(options: readonly OptionInForce[]): string {
  const columns = [{ title: 'OPTION' }, { title: 'VALUE' }, { title: 'SET BY' }];
  const rows = options.map(({ option, value, setBy }) =>
    [
      option,
      Array.isArray(value) ? value.join(', ') || 'none' : String(value ?? 'none'),
      setBy,
    ].map(cleanLine),
  );
  return lines(table(columns, rows));
}

function namesOf(variables: Examination['variables']): string {
  const names = variables.map(({ name, setBy }) => (setBy === 'file' ? `${name} (.env)` : name));
  return names.join(', ') || 'none';
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  return `${title}\n${lines(rows.map(([name, value]) => `  ${name.padEnd(12)}  ${cleanLine(value)}`))}`;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${cleanLine(text).trimEnd() === '' ? '' : text}\n`).join('');
}
