import { defineConfig } from 'vitepress';
import { adaptMarkdown } from './markdown.ts';
import { searchOptions } from './search.ts';
import { sidebar } from './sidebar.ts';

/** The site: `pnpm --filter tintype-docs run build`. It loads nothing from another server. */
export default defineConfig({
  title: 'Tintype',
  description:
    'AI images as build assets: prompts in, optimised files out, every picture bought once.',
  lang: 'en',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/images/icon-64w.png' }]],
  // A page is fetched when it is opened, so that the first one stays small.
  router: { prefetchLinks: false },
  srcExclude: ['node_modules/**', 'test/**'],
  // Their tables need the room of the outline.
  transformPageData: ({ relativePath, frontmatter }) => {
    if (/^reference\/(?!codes|index)/.test(relativePath)) frontmatter['aside'] = false;
  },
  // The theme sets these classes only in the browser, and the bar would move then.
  transformHtml: (html, _, { pageData }) => {
    const state = pageData.frontmatter['layout'] === 'home' ? 'home' : 'has-sidebar';
    return html.replace('class="VPNavBar"', `class="VPNavBar ${state} top"`);
  },
  markdown: { config: adaptMarkdown, languageAlias: { 'go-html-template': 'html' } },
  themeConfig: {
    search: { provider: 'local', options: searchOptions },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'How to', link: '/how-to/' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar,
    docFooter: { prev: false, next: false },
  },
});
