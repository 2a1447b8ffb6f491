interface Page {
  readonly text: string;
  readonly link: string;
}

const page = (text: string, link: string): Page => ({ text, link });

/** By what a reader wants: to learn, to do something, to look something up, to understand (https://diataxis.fr). */
export const sidebar: { text: string; items: Page[]; collapsed?: boolean }[] = [
  {
    text: 'Learn',
    items: [page('Start', '/'), page('A page with pictures', '/tutorial')],
  },
  {
    text: 'How to',
    items: [
      page('All questions', '/how-to/'),
      page('Art direction, dark mode', '/art-direction'),
      page('SVG icons', '/svg'),
      page('Animation', '/animation'),
      page('The contact sheet', '/sheet'),
      page('Pages without a bundler', '/plain-pages'),
      page('Frameworks that were tried', '/frameworks'),
      page('Monorepos', '/monorepos'),
      page('Servers, Azure, gateways', '/servers'),
      page('Batches', '/batches'),
      page('Shards', '/shards'),
      page('Workers', '/workers'),
      page('A store for a team', '/shared-store'),
      page('A cache for a fleet', '/shared-cache'),
      page('Remotes', '/remotes'),
    ],
  },
  {
    text: 'Reference',
    items: [
      page('Overview', '/reference/'),
      page('Manifest fields', '/reference/fields'),
      page('Config options', '/reference/options'),
      page('Commands', '/reference/commands'),
      page('Exit codes', '/reference/exit-codes'),
      page('JSON output', '/reference/events'),
      page('Codes', '/reference/codes'),
      page('Models and prices', '/reference/models'),
      page('Environment', '/reference/environment'),
      page('TypeScript API', '/reference/api'),
      page('Glossary', '/reference/glossary'),
      page('Packages and examples', '/packages'),
    ],
  },
  {
    text: 'Understand',
    items: [
      page('When it buys', '/when-it-buys'),
      page('What comes out', '/outputs'),
      page('Never twice', '/never-twice'),
      page('What is trusted', '/trust'),
      page('Versions and support', '/releases'),
      page('How pictures are encoded', '/encoding'),
      page('What each fault leads to', '/faults'),
      page('Robustness', '/robustness'),
      page('A million pictures', '/simulation'),
    ],
  },
];
