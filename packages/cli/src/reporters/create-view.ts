import { colorsFor } from '../format/colors.ts';
import type { Output, Shell } from '../shell.ts';
import { githubView } from './github.ts';
import { jsonView } from './json.ts';
import { plainView } from './plain.ts';
import { prettyView } from './pretty.ts';
import type { ReporterName, View } from './reporter.ts';

/**
 * Creates the view of that name; by default `github` in GitHub Actions, `pretty` on a terminal and `plain` elsewhere.
 * `results`: the stream on which `json` and `github` print; `root`: the folder to which the files in events are relative.
 */
export function createView(
  shell: Shell,
  options: {
    readonly name: ReporterName | undefined;
    readonly quiet: boolean;
    readonly root: string;
    readonly results: Output;
  },
): View {
  const { quiet, root, results } = options;
  const plain = plainView(shell.stderr, { colors: colorsFor(shell.stderr, shell.env), quiet });
  switch (options.name ?? defaultName(shell)) {
    case 'pretty':
      return isLive(shell) && !quiet ? prettyView(shell) : plain;
    case 'plain':
      return plain;
    case 'json':
      return jsonView(results, shell.stderr);
    case 'github':
      return githubView(results, { plain, quiet, root, env: shell.env });
  }
}

/** https://docs.github.com/actions/reference/workflows-and-actions/variables: always `true` there (2026-11-28). */
function defaultName({ env }: Shell): ReporterName {
  return env['GITHUB_ACTIONS'] === 'true' ? 'github' : 'pretty';
}

/** A live view needs a terminal whose cursor moves. */
function isLive({ stderr, env }: Shell): boolean {
  return stderr.isTTY === true && env['TERM'] !== 'dumb';
}
