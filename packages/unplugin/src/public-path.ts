/** Stands for the public path in the URLs of a module's code, where only the bundler knows it. */
const token = '__TINTYPE_PUBLIC_PATH__';

/** What URLs begin with: a text, or an expression of JavaScript that the bundler replaces. */
export type PublicPath = { readonly text: string } | { readonly expression: string };

export function urlUnder(path: PublicPath, fileName: string): string {
  const prefix = 'expression' in path ? token : withSlash(path.text);
  return prefix + encodeURI(fileName);
}

/** Puts the expression into the strings of a module's code. All of them are JSON. */
export function withPublicPath(code: string, path: PublicPath): string {
  return 'expression' in path ? code.replaceAll(token, `" + ${path.expression} + "`) : code;
}

function withSlash(path: string): string {
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}
