/** A `package.json` with the fields that lead to a repository. A private package stays as it is. Throws for an odd address. */
export function withRepository(text: string, address: string, directory: string): string {
  if (!/^https:\/\/[\w.-]+\/[\w.-]+\/[\w.-]+$/.test(address))
    throw new Error(
      `${JSON.stringify(address)} is no address such as https://github.com/owner/name`,
    );
  const fields = JSON.parse(text) as Record<string, unknown>;
  if (fields['private'] === true) return text;
  const { license, ...rest } = fields;
  const links = {
    homepage: `${address}#readme`,
    bugs: `${address}/issues`,
    license,
    repository: { type: 'git', url: `git+${address}.git`, directory },
  };
  return `${JSON.stringify({ ...rest, ...links }, null, 2)}\n`;
}
