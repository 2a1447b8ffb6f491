import { escapeHtml } from '@tintype/core';

/** A picture with the error message, which a page shows in the place of the real picture. */
export function failureSvg(file: string, message: string): string {
  const lines = [`tintype: ${file}`, ...wrap(message, 56)].slice(0, 12);
  const height = 40 + lines.length * 20;
  const text = lines.map(
    (line, index) => `<text x="20" y="${36 + index * 20}">${escapeXml(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 ${height}" width="500" height="${height}" font-family="ui-monospace, monospace" font-size="13" fill="#7f1d1d">`,
    `<rect x="1" y="1" width="498" height="${height - 2}" fill="#fef2f2" stroke="#b91c1c" stroke-width="2"/>`,
    ...text,
    '</svg>',
  ].join('\n');
}

function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [''];
    for (const word of paragraph.split(/\s+/)) {
      const last = lines.at(-1)!;
      if (last !== '' && last.length + word.length >= width) lines.push(word);
      else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    }
    return lines;
  });
}

function escapeXml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what XML does not take
  return escapeHtml(text).replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ' ');
}
