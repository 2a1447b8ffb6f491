import { spawn } from 'node:child_process';
import { platform } from 'node:process';

/** Opens an address in the browser that the system prefers; says so where it cannot. */
export function openInBrowser(url: string, onProblem: (problem: string) => void): void {
  const [program, ...args] = opener();
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' });
  child.on('error', () => onProblem(`The browser could not be opened with ${program}.`));
  child.unref();
}

function opener(): readonly [program: string, ...args: string[]] {
  if (platform === 'darwin') return ['open'];
  // `start` takes its first quoted argument for a title.
  return platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
}
