import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A way to do the work, as a process of its own. */
export interface Contestant {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  /** Variables in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Clears the files of the last run. Called before each run, and not measured. */
  readonly before?: () => Promise<void>;
}

/** The cost of a run of a process, measured by the kernel. */
export interface Sample {
  /** From the start of the process to its end. */
  readonly wallMs: number;
  /** User and system time of all threads and of the children that it waited for, in steps of 1 ms. */
  readonly cpuMs: number;
  /** The largest resident set of the process or of a child. */
  readonly peakBytes: number;
  readonly stdout: string;
}

/** One sample for each round, by the contestant's name. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

/**
 * Runs whole processes in rounds, A B C A B C, so that anything that slows the machine for a while slows all of them. Samples
 * with the same index can be compared. A run that does not exit with 0 throws. Needs bash and GNU time.
 */
export async function compare(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<Samples> {
  const samples = new Map<string, Sample[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of contestants) {
      await contestant.before?.();
      const sample = await runMeasured(contestant);
      samples.get(contestant.name)!.push(sample);
      const seconds = (sample.wallMs / 1000).toFixed(2);
      process.stderr.write(`round ${round}/${rounds}  ${contestant.name}: ${seconds} s\n`);
    }
  }
  return samples;
}

/** Runs a contestant once, without `before`. */
async function runMeasured({ name, command, cwd, env }: Contestant): Promise<Sample> {
  if (!existsSync(gnuTime)) throw new Error(`${gnuTime} is missing: apt-get install time`);
  const folder = await mkdtemp(join(tmpdir(), 'tintype-bench-'));
  try {
    const [memory, cpu] = [join(folder, 'memory'), join(folder, 'cpu')];
    const started = performance.now();
    const measured = [gnuTime, '-o', memory, '-f', '%M', ...command];
    const child = spawn('bash', ['-c', timed, 'bash', cpu, ...measured], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    });
    const wallMs = performance.now() - started;
    if (status !== 0) throw new Error(`${name} ended with ${status}:\n${stderr.slice(-4000)}`);
    const [user, system] = (await readFile(cpu, 'utf8')).trim().split(' ');
    return {
      wallMs,
      cpuMs: (Number(user) + Number(system)) * 1000,
      peakBytes: Number(await readFile(memory, 'utf8')) * 1024,
      stdout,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const gnuTime = '/usr/bin/time';

/** GNU time knows the memory, but counts processor time in steps of 10 ms. The process keeps its own standard error. */
const timed = `exec 3>&2 2>"$1"; TIMEFORMAT='%3U %3S'; time "\${@:2}" 2>&3`;
