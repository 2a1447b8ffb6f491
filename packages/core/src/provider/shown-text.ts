const shownLength = 500;

/** A server's message, made safe to print: one line of at most 500 characters, no control characters. */
export function shownText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line;
}
