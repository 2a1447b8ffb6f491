import { spawn } from 'node:child_process';
import { delimiter, isAbsolute, join } from 'node:path';
import { platform } from 'node:process';

type Env = Readonly<Record<string, string | undefined>>;

/** Opens a file in the system's default browser, and says so if it cannot. `env`: the person's environment. */
export function openInBrowser(path: string, env: Env, onProblem: (problem: string) => void): void {
  const [program, ...args] = opener(env);
  const child = spawn(program, [...args, path], {
    detached: true,
    stdio: 'ignore',
    env: browserEnv(env),
  });
  child.on('error', () => onProblem(`The browser could not be opened with ${program}.`));
  child.unref();
}

function opener(env: Env): readonly [program: string, ...args: string[]] {
  if (platform === 'darwin') return ['/usr/bin/open'];
  if (platform !== 'win32') return ['xdg-open'];
  const root = env['SystemRoot'] ?? String.raw`C:\Windows`;
  // `start` uses its first quoted argument as a title.
  return [join(root, 'System32', 'cmd.exe'), '/c', 'start', ''];
}

/** The variables that a desktop gives its programs, without keys. Programs are searched only in absolute folders. */
function browserEnv(env: Env): Record<string, string> {
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && ofDesktop.test(name) ? [[name, value] as const] : [],
  );
  const absolute = (path: string) => path.split(delimiter).filter(isAbsolute).join(delimiter);
  return Object.fromEntries(
    passed.map(([name, value]) => [name, /^path$/i.test(name) ? absolute(value) : value]),
  );
}

const ofDesktop =
  /^(PATH|PATHEXT|HOME|USER|LOGNAME|USERNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|SHELL|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS|DESKTOP_SESSION|BROWSER|XDG_\w+|KDE_\w+|GNOME_\w+|WSL\w*|SystemRoot|SystemDrive|windir|ComSpec|APPDATA|LOCALAPPDATA|ProgramData|ProgramFiles\w*)$/i;
