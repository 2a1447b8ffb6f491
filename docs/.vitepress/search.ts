import type { DefaultTheme } from 'vitepress';

/** Every function here also runs in the browser, which gets its text: it may use nothing from outside. */
export const searchOptions: DefaultTheme.LocalSearchOptions = {
  miniSearch: {
    options: {
      // People ask in sentences, and these words are on every page.
      processTerm: (term) => {
        const word = term.toLowerCase();
        return /^(?:an?|and|between|can|do|does|for|from|how|i|in|is|it|much|my|of|on|or|the|to|what|with|without)$/.test(
          word,
        )
          ? null
          : word;
      },
    },
    searchOptions: {
      // A question is answered by a page that says how, before a list that only names a thing.
      boostDocument: (id: string) => {
        if (/^\/(?:reference\/api|how-to\/#)/.test(id)) return 0.3;
        if (id.startsWith('/how-to/')) return 1.5;
        return /^\/(?:reference|faults|robustness|simulation|encoding|trust|workers)\b/.test(id)
          ? 0.7
          : 1.3;
      },
    },
  },
};
