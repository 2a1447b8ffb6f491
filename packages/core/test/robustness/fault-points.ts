/**
 * Loaded into a process before anything else (`node --import`), from the environment:
 *
 *     FAULT_ROOT   the folder whose writes count
 *     FAULT_LOG    each step is appended here as it begins
 *     FAULT        what happens at which step: a `Fault` as JSON
 *     FAULT_CANNOT what the file system cannot do: steps that match are refused with ENOTSUP, and do not count as steps
 *
 * A step is a change of the disk by name and count: `rename store/records/ab/ab12….json #1`. What differs from run to
 * run (process ids, random parts) is not in its name.
 */
import { syncBuiltinESMExports } from 'node:module';
import fs from 'node:fs';
import { relative, resolve, sep } from 'node:path';

export type Fault =
  /** The process kills itself right before the step, after writing half of its bytes, or right after the step. */
  | { readonly kind: 'kill'; readonly step: string; readonly when: 'before' | 'during' | 'after' }
  /** The same at the n-th step that matches a pattern. */
  | {
      readonly kind: 'kill-nth';
      readonly pattern: string;
      readonly nth: number;
      readonly when: 'before' | 'during' | 'after';
    }
  /** The file system refuses every step that matches the pattern. `from`: the number of the first one. */
  | {
      readonly kind: 'fail';
      readonly pattern: string;
      readonly code: string;
      readonly from?: number;
    };

const { FAULT_ROOT: root = '/', FAULT_LOG: log, FAULT: json, FAULT_CANNOT } = process.env;
let fault = json === undefined ? null : (JSON.parse(json) as Fault);
const pattern = fault !== null && 'pattern' in fault ? new RegExp(fault.pattern) : null;
const cannot = FAULT_CANNOT === undefined ? null : new RegExp(FAULT_CANNOT);
const counts = new Map<string, number>();
const { appendFileSync: appendFile, readFileSync: readFile, writeFileSync: writeFile } = fs;
const { copyFile } = fs.promises;
let matches = 0;

/** The step of a call; `null`: it changes nothing below the root. */
function stepOf(operation: string, path: unknown): string | null {
  const name = typeof path === 'string' ? relative(root, resolve(path)).split(sep).join('/') : '..';
  if (name.startsWith('..') || path === log) return null;
  const kind = `${operation} ${steady(name)}`;
  const count = (counts.get(kind) ?? 0) + 1;
  counts.set(kind, count);
  return `${kind} #${count}`;
}

/** A name without process ids and random parts, and with hashes cut short. */
function steady(name: string): string {
  return name
    .replaceAll(/\d+-[0-9a-f]{8}(?=\.tmp)/g, '*')
    .replaceAll(/[0-9a-f]{12}(?=\.(tintype-)?tmp)|(?<=writing-)[0-9a-f]{12}/g, '*')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '*')
    .replaceAll(/([0-9a-f]{6})[0-9a-f]{58}/g, '$1…');
}

function before(step: string | null): void {
  if (step === null) return;
  if (cannot?.test(step)) refuse(step, 'ENOTSUP');
  if (log !== undefined) appendFile(log, `${step}\n`);
  if (fault?.kind === 'kill-nth' && pattern!.test(step) && ++matches === fault.nth)
    fault = { kind: 'kill', step, when: fault.when };
  if (fault?.kind === 'kill' && fault.when === 'before' && fault.step === step) die();
  if (fault?.kind === 'fail' && pattern!.test(step) && ++matches >= (fault.from ?? 1))
    refuse(step, fault.code);
}

function refuse(step: string, code: string): never {
  throw Object.assign(new Error(`${code}: planted, ${step}`), { code });
}

/** Also called if the file system refused the step, such as a file in a folder that does not exist yet. */
function after(step: string | null): void {
  if (fault?.kind === 'kill' && fault.when === 'after' && fault.step === step) die();
}

function isTorn(step: string | null): boolean {
  return fault?.kind === 'kill' && fault.when === 'during' && fault.step === step;
}

/** Writes half of the data in the same way as the call, and dies. */
async function tear(write: AnyFunction, self: object, args: never[]): Promise<void> {
  const [from, to] = args as unknown as [string | number, string | Uint8Array];
  if (write === copyFile) {
    const bytes = readFile(from);
    writeFile(to as string, bytes.subarray(0, bytes.length >> 1), { flag: 'wx' });
    die();
  }
  // A file that is open, by its number.
  if (typeof from === 'number') {
    writeFile(from, to.slice(0, to.length >> 1));
    die();
  }
  const halved = args.map((value: unknown) =>
    typeof value === 'string' || value instanceof Uint8Array ? value : null,
  );
  const at = halved.findLastIndex((value) => value !== null);
  const data = halved[at] ?? '';
  const writing = write.apply(self, args.with(at, data.slice(0, data.length >> 1) as never));
  // A synchronous call has written already, and nothing may happen after it.
  if (writing instanceof Promise) await writing;
  die();
}

function die(): void {
  // The first process of a namespace cannot kill itself.
  if (process.pid === 1)
    (process as unknown as { reallyExit(code: number): never }).reallyExit(137);
  process.kill(process.pid, 'SIGKILL');
  // Nothing more may happen until the signal arrives.
  for (;;);
}

type AnyFunction = (...args: never[]) => unknown;

/** The index of the changed path among a function's arguments. */
const pathAt: Readonly<Record<string, number>> = {
  writeFile: 0,
  appendFile: 0,
  mkdir: 0,
  rm: 0,
  unlink: 0,
  rmdir: 0,
  utimes: 0,
  rename: 1,
  link: 1,
  copyFile: 1,
};

/** The paths of open files. */
const handles = new WeakMap<object, string>();
const descriptors = new Map<number, string>();
const functions = fs as unknown as Record<string, AnyFunction>;
const promises = fs.promises as unknown as Record<string, AnyFunction>;
const handle = await fs.promises.open(process.execPath, 'r');
const handlePrototype = Object.getPrototypeOf(handle) as Record<string, AnyFunction>;
await handle.close();

for (const [operation, at] of Object.entries(pathAt)) {
  patch(promises, operation, (args) => stepOf(nameOf(operation, args), args[at]));
  const sync = `${operation}Sync`;
  patchSync(functions, sync, (args) =>
    typeof args[at] === 'number'
      ? openStep(operation, args[at])
      : stepOf(nameOf(operation, args), args[at]),
  );
}
/** Sharing a file's bytes is another step than copying them. */
function nameOf(operation: string, args: readonly unknown[]): string {
  const isReflink =
    operation === 'copyFile' && (Number(args[2]) & fs.constants.COPYFILE_FICLONE_FORCE) !== 0;
  return isReflink ? 'reflink' : operation;
}

const open = promises['open']!;
promises['open'] = async (...args: never[]) => {
  const [path, flags = 'r'] = args as unknown as [string, (string | number)?];
  // A folder is opened to be flushed.
  const step = isToRead(flags) ? null : stepOf('open', path);
  before(step);
  try {
    const opened = (await open(...args)) as object;
    handles.set(opened, path);
    return opened;
  } finally {
    after(step);
  }
};
function isToRead(flags: string | number): boolean {
  const { O_WRONLY, O_RDWR } = fs.constants;
  return typeof flags === 'string' ? flags === 'r' : (flags & (O_WRONLY | O_RDWR)) === 0;
}

for (const operation of ['writeFile', 'sync', 'close'])
  patch(handlePrototype, operation, (_, self) => stepOf(`handle.${operation}`, handles.get(self)));

const openSync = functions['openSync']!;
functions['openSync'] = (...args: never[]) => {
  const [path, flags = 'r'] = args as unknown as [string, (string | number)?];
  const step = isToRead(flags) ? null : stepOf('open', path);
  before(step);
  try {
    const opened = openSync(...args) as number;
    descriptors.set(opened, path);
    return opened;
  } finally {
    after(step);
  }
};
patchSync(functions, 'closeSync', ([opened]) => openStep('close', opened));
patchCallback('fsync', ([opened]) => openStep('sync', opened));
patchCallback('writeFile', ([opened]) => openStep('writeFile', opened));
syncBuiltinESMExports();

/** A step of an open file; `null`: it is not known by its number. */
function openStep(operation: string, opened: unknown): string | null {
  const path = descriptors.get(opened as number);
  if (operation === 'close') descriptors.delete(opened as number);
  return path === undefined ? null : stepOf(`handle.${operation}`, path);
}

/** For functions whose last argument is called with an error or a result. */
function patchCallback(name: string, nameStep: (args: readonly unknown[]) => string | null): void {
  const original = functions[name]!;
  functions[name] = (...args: never[]) => {
    const done = args.at(-1) as unknown as (...results: unknown[]) => void;
    const step = nameStep(args);
    try {
      before(step);
    } catch (error) {
      process.nextTick(done, error);
      return;
    }
    if (isTorn(step)) void tear(original, fs, args);
    const settle = (...results: unknown[]): void => {
      after(step);
      done(...results);
    };
    original(...args.slice(0, -1), settle as never);
  };
}

function patch(
  target: Record<string, AnyFunction>,
  name: string,
  nameStep: (args: readonly unknown[], self: object) => string | null,
): void {
  const original = target[name]!;
  target[name] = async function (this: object, ...args: never[]) {
    const step = nameStep(args, this);
    before(step);
    if (isTorn(step)) await tear(original, this, args);
    try {
      return await original.apply(this, args);
    } finally {
      after(step);
    }
  };
}

function patchSync(
  target: Record<string, AnyFunction>,
  name: string,
  nameStep: (args: readonly unknown[]) => string | null,
): void {
  const original = target[name]!;
  target[name] = (...args: never[]) => {
    const step = nameStep(args);
    before(step);
    if (isTorn(step)) void tear(original, fs, args);
    try {
      return original(...args);
    } finally {
      after(step);
    }
  };
}
