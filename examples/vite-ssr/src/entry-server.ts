import slipper from 'virtual:tintype/slipper';
import { pictureHtml } from 'vite-plugin-tintype/picture';
import { hallHtml } from './hall.ts';

const sessions = [
  ['Early lanes', '06:15', 'Quiet. Nobody has ever said why, but nobody splashes before seven.'],
  ['Schools', '09:30', 'Loud. The gallery is warm and has the better view.'],
  ['Slow lengths', '13:00', 'Breaststroke with conversation. Overtaking is done on land.'],
  ['Lamps', '20:00', 'The roof goes dark and the lamps go on. Lane four is kept for floating.'],
] as const;

/** The page that the server sends, with pictures, their alternative texts and their sizes. */
export function render(): string {
  return `<header>
      <p>Sorrel Street</p>
      <h1>Baths</h1>
    </header>
    <figure>
      <div id="hall">${hallHtml('morning')}</div>
      <figcaption>
        <span>The hall, as built in 1908 and refilled every August.</span>
        <button type="button" id="lamps" aria-pressed="false">Light the lamps</button>
      </figcaption>
    </figure>
    <main>
      <section aria-labelledby="today">
        <h2 id="today">Today in the water</h2>
        <dl>${sessions
          .map(
            ([name, time, note]) =>
              `<div><dt>${name}</dt><dd><time>${time}</time></dd><dd>${note}</dd></div>`,
          )
          .join('')}</dl>
      </section>
      <aside>
        ${pictureHtml(slipper)}
        <p>Slipper baths by the half hour, hot, with your own towel or one of ours.</p>
      </aside>
    </main>`;
}
