import type { AssetMap } from '@tintype/core';
import { html, type Html } from './html.ts';
import { assetNamed, fileOf, picture } from './picture.ts';

/** A row of flowers.csv; `opens` and `closes` are `HH:MM`. */
export type Flower = Readonly<
  Record<'slug' | 'name' | 'latin' | 'opens' | 'closes' | 'scent' | 'note' | 'scene', string>
>;

/** The site's final address, because links for other sites must be complete URLs. */
const siteUrl = 'https://halflight.example/';

const title = 'Halflight, a market for plants that open after dark';
const description =
  'Every Friday from May to September the old palm house on Tanner’s Quay opens at sunset, and everything in it flowers by night.';

const stalls = [
  {
    slug: 'moth-bar',
    name: 'The moth bar',
    bench: 7,
    text: 'Sugared rum on a rope for the moths, elderflower cordial for you. Both are served from ten, when the regulars fly in.',
  },
  {
    slug: 'seed-library',
    name: 'The seed library',
    bench: 12,
    text: 'Borrow a packet in May, bring two back in September. The oldest drawer has been out on loan, in one garden or another, since 1974.',
  },
  {
    slug: 'lamp-mender',
    name: 'The lamp mender',
    bench: 30,
    text: 'Wicks, mantles, shades and second opinions. Carry in whatever has stopped glowing; nine times in ten it is the wick.',
  },
];

const doors = [
  ['May', '20:45'],
  ['June', '21:20'],
  ['July', '21:10'],
  ['August', '20:20'],
  ['September', '19:15'],
] as const;

const visit = [
  ['Where', 'The palm house, 3 Tanner’s Quay, Port Merrin. Look for the dome.'],
  ['Entry', 'Free. Bring a bag that breathes, and leave the torch at home.'],
  ['Getting back', 'The last ferry leaves the quay steps at 01:15 and does not wait for buds.'],
  ['Access', 'Level paths throughout, a lift to the gallery, a seat every ten benches.'],
] as const;

/** The whole page. */
export function renderPage(assets: AssetMap, flowers: readonly Flower[]): string {
  const show = (id: string, options?: { isFirst: boolean }) =>
    picture(assetNamed(assets, id), options);

  const page = html`<!doctype html>
    <html lang="en-GB">
      ${head(assets)}
      <body>
        <a class="skip" href="#main">Skip to the market</a>
        <header class="masthead wrap">
          <a class="brand" href="#main"><span class="moon" aria-hidden="true"></span>Halflight</a>
          <nav aria-label="Main">
            <a href="#house">The house</a>
            <a href="#flowers">Flowers</a>
            <a href="#clock">Clock</a>
            <a href="#stalls">Stalls</a>
            <a href="#visit">Visit</a>
          </nav>
        </header>

        <main id="main">
          <section class="hero wrap" aria-labelledby="hero-title">
            <div class="hero-text">
              <p class="kicker">Fridays, May to September</p>
              <h1 id="hero-title">A market for plants that open <em>after dark</em></h1>
              <p class="lede">
                At sunset the old palm house on Tanner’s Quay lights its lamps. Forty-one growers
                bring what flowers by night, and you shop with your nose.
              </p>
              <p class="actions">
                <a class="button" href="#clock">What opens when</a>
                <a href="#visit">How to find us</a>
              </p>
            </div>
            <div class="hero-picture">
              <div class="arch">${show('palm-house', { isFirst: true })}</div>
              <div class="emblem">${show('emblem')}</div>
            </div>
          </section>

          <section class="house wrap" id="house" aria-labelledby="house-title">
            <div class="frame">${show('aisle')}</div>
            <div class="house-text">
              <h2 id="house-title">Nobody planned the hour</h2>
              <p>
                The palm house was built in 1891 for a collection that never arrived. It stood empty
                until Ines Calloway, who grew evening primroses for seed, asked to borrow a bench
                for one summer. Her plants opened at nine, so her customers came at nine.
              </p>
              <p>
                The rule has not changed since: nothing on a bench may be at its best by day. The
                lamps are kept low and yellow, a colour that moths overlook, so that the visitors
                who matter most can still find the flowers.
              </p>
            </div>
          </section>

          <section class="wrap" id="flowers" aria-labelledby="flowers-title">
            <div class="section-head">
              <h2 id="flowers-title">Six to stay up for</h2>
              <p>All of them easy, all of them asleep when the garden centre is open.</p>
            </div>
            <ul class="flowers" role="list">
              ${flowers.map(
                (flower) =>
                  html`<li>
                    <div class="arch">${show(`flowers/${flower.slug}`)}</div>
                    <div>
                      <h3>${flower.name}</h3>
                      <p class="latin" lang="la">${flower.latin}</p>
                      <p>${flower.note}</p>
                    </div>
                  </li>`,
              )}
            </ul>
          </section>

          <section class="night" id="clock" aria-labelledby="clock-title">
            <div class="wrap">
              <div class="section-head">
                <h2 id="clock-title">The flower clock</h2>
                <p>
                  Mid-June in Port Merrin, with the sun down at 21:24. Cloud and cool air hold
                  everything back a quarter of an hour.
                </p>
              </div>
              <table class="clock">
                <thead>
                  <tr>
                    <th scope="col">Flower</th>
                    <th scope="col">Opens</th>
                    <th scope="col">Closes</th>
                    <th scope="col" class="scent">Smells of</th>
                    <td class="hours" aria-hidden="true">
                      <div>
                        ${clockHours.map((hour) => html`<span style="left: ${share(hour)}%">${hour}</span>`)}
                      </div>
                    </td>
                  </tr>
                </thead>
                <tbody>
                  ${flowers.map(
                    (flower) =>
                      html`<tr>
                        <th scope="row">${flower.name}</th>
                        <td><time>${flower.opens}</time></td>
                        <td><time>${flower.closes}</time></td>
                        <td class="scent">${flower.scent}</td>
                        <td class="hours" aria-hidden="true">
                          <div>
                            <i
                              style="left: ${share(flower.opens)}%; right: ${100 - share(flower.closes)}%"
                            ></i>
                          </div>
                        </td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>
          </section>

          <section class="wrap" id="stalls" aria-labelledby="stalls-title">
            <div class="section-head">
              <h2 id="stalls-title">Between the benches</h2>
              <p>Not everything here has roots.</p>
            </div>
            <ul class="stalls" role="list">
              ${stalls.map(
                ({ slug, name, bench, text }) =>
                  html`<li>
                    <div class="frame">${show(`stalls/${slug}`)}</div>
                    <p class="kicker">Bench ${bench}</p>
                    <h3>${name}</h3>
                    <p>${text}</p>
                  </li>`,
              )}
            </ul>
          </section>

          <section class="visit wrap" id="visit" aria-labelledby="visit-title">
            <div>
              <h2 id="visit-title">Come at dusk</h2>
              <dl>
                ${visit.map(
                  ([term, text]) =>
                    html`<div>
                      <dt>${term}</dt>
                      <dd>${text}</dd>
                    </div>`,
                )}
              </dl>
            </div>
            <table class="doors">
              <caption>
                Doors open
              </caption>
              <tbody>
                ${doors.map(
                  ([month, time]) =>
                    html`<tr>
                      <th scope="row">${month}</th>
                      <td><time>${time}</time></td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </section>
        </main>

        <footer>
          <div class="frame wrap">${show('quay')}</div>
          <div class="colophon wrap">
            <p class="brand"><span class="moon" aria-hidden="true"></span>Halflight</p>
            <p>${provenance(assets)}</p>
          </div>
        </footer>
      </body>
    </html> `;
  return page.text;
}

function head(assets: AssetMap): Html {
  const social = assetNamed(assets, 'social');
  return html`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <meta name="description" content="${description}" />
    <meta name="color-scheme" content="light dark" />
    <meta name="theme-color" content="#f4f1e7" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="#0d1a1b" media="(prefers-color-scheme: dark)" />
    <meta property="og:type" content="website" />
    <meta property="og:url" content="${siteUrl}" />
    <meta property="og:title" content="${title}" />
    <meta property="og:description" content="${description}" />
    <meta property="og:image" content="${new URL(fileOf(social), siteUrl).href}" />
    <meta property="og:image:width" content="${social.width}" />
    <meta property="og:image:height" content="${social.height}" />
    <meta property="og:image:alt" content="${social.alt}" />
    <meta name="twitter:card" content="summary_large_image" />
    <link rel="icon" type="image/png" href="images/emblem-96w.png" />
    <link rel="stylesheet" href="styles.css" />
  </head>`;
}

/** The labels of the clock's axis. Its night begins at the first label and ends three hours after the last. */
const clockHours = ['15', '18', '21', '00', '03', '06', '09'];

/** The position of a time in the clock's night, in percent. */
function share(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const sinceStart = (hours - 15 + 24 + minutes / 60) % 24;
  return Math.round((sinceStart / (3 * clockHours.length)) * 1000) / 10;
}

/** The makers of the pictures, from the asset map. */
function provenance(assets: AssetMap): string {
  const makers = new Set(
    Object.values(assets.images).map(({ ai }) =>
      ai.generated ? `made by ${ai.model}` : 'stand-ins, drawn while the page was built',
    ),
  );
  return `Halflight is invented. Its pictures are ${[...makers].join(', and ')}.`;
}
