/** The oldest Node that runs Tintype: `engines` of package.json. */
const needed = [22, 19] as const;

/** The message if Node is too old, by its version (`20.11.1`); `null` if it is not. Every Node can run this file. */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor, neededMinor] = needed;
  const isOld = major < neededMajor || (major === neededMajor && minor < neededMinor);
  return isOld
    ? `Tintype needs Node ${neededMajor}.${neededMinor} or later, and this is Node ${version}. Install a newer Node: https://nodejs.org. Nothing was done`
    : null;
}
