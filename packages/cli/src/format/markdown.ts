import { cleanLine } from './clean.ts';

/**
 * Writes characters as references, so that neither Markdown nor HTML treats them as markup: no link, no image, no extra column,
 * and at the start no list, no rule and no heading.
 */
export function escapeMarkdown(text: string): string {
  return cleanLine(text).replaceAll(
    /[&<>"'`*_~[\]\\|#@:]|(?<=\bwww)\.|^[-+=]|(?<=^\d+)[.)](?=\s|$)/gi,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/**
 * Text as a code span on one line, also in a table. In a comment on a pull request nothing else is safe: hosts look for
 * mentions, issues and addresses in the text that Markdown became, where a reference is a character again, but not in code.
 * `maxLength`: in characters; longer text ends with `…`.
 */
export function codeSpan(text: string, maxLength: number): string {
  const characters = Array.from(cleanLine(text).trim());
  const cut =
    characters.length > maxLength ? [...characters.slice(0, maxLength - 1), '…'] : characters;
  // GitHub and GitLab do not read an escaped pipe alike where a backslash is in front of it.
  const shown = cut.join('').replaceAll('|', '¦');
  if (shown === '') return '';
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}
