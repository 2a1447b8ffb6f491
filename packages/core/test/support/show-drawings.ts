import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';

/** What a browser did with drawings in its page. */
export interface ShownDrawings {
  /** Scripts that ran, by what they left. */
  readonly hits: readonly string[];
  /** Everything that was requested besides the page itself. */
  readonly requests: readonly string[];
  /** The drawings that the browser's own parser found in the page. */
  readonly found: number;
}

/** Puts drawings into a page, inline, moves the pointer over them, and clicks them. There is nothing that would stop a script. */
export async function showDrawings(
  browser: Browser,
  drawings: readonly string[],
): Promise<ShownDrawings> {
  const body = drawings.map((svg) => `<div class="drawing">${svg}</div>`).join('\n');
  const html = `<!doctype html><title>Drawings</title><style>svg { width: 40px; height: 40px }</style>${body}`;
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(request.url === '/' ? html : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const page = await browser.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('dialog', (dialog) => void dialog.dismiss());
  try {
    await page.goto(address, { waitUntil: 'domcontentloaded', timeout: 20_000 });
    const result = await page.evaluate<{ hits: string[]; found: number }>(`(async () => {
      const drawings = [...document.querySelectorAll('.drawing > svg')];
      for (const drawing of drawings) {
        for (const element of [drawing, ...drawing.querySelectorAll('*')]) {
          for (const type of ['load', 'click', 'mouseover', 'focus', 'begin', 'error']) {
            element.dispatchEvent(new Event(type, { bubbles: true }));
          }
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { hits: window.hit === undefined ? [] : [String(window.hit)], found: drawings.length };
    })()`);
    const isOther = (url: string) => url !== address && !url.endsWith('/favicon.ico');
    return { ...result, requests: requests.filter(isOther) };
  } finally {
    await page.close();
    server.close();
  }
}
