/** No folder of this name is searched for manifests. */
export function isIgnoredFolder(name: string): boolean {
  return name === 'node_modules' || name === 'dist' || name.startsWith('.');
}
