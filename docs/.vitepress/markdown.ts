import { dirname, join, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

/** What Markdown of this repository needs to become a page of the site. */
export function adaptMarkdown(markdown: MarkdownRenderer): void {
  withoutOutsideLinks(markdown);
  // Templates of manifests look like Vue's.
  markdown.renderer.rules['code_inline'] = (tokens, at) =>
    `<code v-pre>${markdown.utils.escapeHtml(tokens[at].content)}</code>`;
}

/**
 * Links that leave `docs` are for readers of the repository. The site has no such pages, so it shows their text, and their path on
 * hovering. A test checks that their files exist.
 */
function withoutOutsideLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('outside-links', ({ tokens, env }) => {
    const { relativePath = '' } = env as { relativePath?: string };
    for (const { children } of tokens) {
      let isOutside = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const target = token.attrGet('href') ?? '';
          const path = relative('.', join('.', dirname(relativePath), target));
          isOutside = target.startsWith('../') && path.startsWith('..');
          if (!isOutside) continue;
          token.tag = 'span';
          token.attrs = [['title', `In the repository: ${path.replace(/^(?:\.\.\/)+/, '')}`]];
        } else if (token.type === 'link_close' && isOutside) {
          token.tag = 'span';
          isOutside = false;
        }
      }
    }
  });
}
