/** A Markdown table. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A page that says that it is written by a script. */
export function page(title: string, intro: string, parts: readonly string[], next: string): string {
  const note = '<!-- Written by scripts/write-reference.ts from the code. Do not edit. -->';
  return `${[note, `# ${title}`, intro, ...parts, `Next: ${next}`].join('\n\n')}\n`;
}

export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** `|` would end a cell, and `{{` and `<` are markup of the site, except in code. */
function cell(text: string): string {
  // Braces are attributes of the text before them to the site, except in code.
  const parts = text.replaceAll(/(?<!`)\$\{\w+\}/g, code).split(/(`[^`]*`)/);
  const safe = parts.map((part, at) =>
    at % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;'),
  );
  return safe
    .join('')
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\s*\n\s*/g, ' ');
}
