/**
 * Measures the time from the last check of a claim to the arrival of the request at a local server:
 *
 *     node -C tintype-source bench/last-look.ts [--pictures 120]
 *
 * The check ends when the provider is called, so the time starts there.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { openAi, type Provider } from '../packages/core/src/index.ts';
import { testProject } from '../packages/core/test/support/project.ts';

const { values } = parseArgs({ options: { pictures: { type: 'string', default: '120' } } });
const ids = Array.from({ length: Number(values.pictures) }, (_, at) => `i${at}`);

const color = { r: 200, g: 120, b: 40 };
const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: color } })
  .png()
  .toBuffer();
const answer = JSON.stringify({ data: [{ b64_json: png.toString('base64') }] });

const lookedAt = new Map<string, number>();
const waits: number[] = [];
const server = createServer((request, response) => {
  const arrivedAt = performance.now();
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const { prompt } = JSON.parse(Buffer.concat(pieces).toString('utf8')) as { prompt: string };
    waits.push(arrivedAt - lookedAt.get(prompt)!);
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

const inner = openAi({ baseUrl });
const timed: Provider = {
  ...inner,
  generate(order) {
    lookedAt.set(order.request.prompt, performance.now());
    return inner.generate(order);
  },
};
const images = ids.map(
  (id) =>
    `  ${id}: { prompt: ${id}, provider: timed, quality: low, decorative: true, placeholder: none, output_format: jpeg }\n`,
);
await using project = await testProject({ 'a.images.yaml': `images:\n${images.join('')}` });
const options = { providers: { timed }, allowUnpriced: true };
const { result } = await project.generate({ options });
server.close();
if (result?.bought !== ids.length)
  throw new Error(`${result?.bought} of ${ids.length} were bought`);

const sorted = waits.toSorted((a, b) => a - b);
console.log(`${sorted.length} pictures, from the last look to the request's arrival:`);
console.log(
  `median ${sorted[sorted.length >> 1]!.toFixed(1)} ms, most ${sorted.at(-1)!.toFixed(1)} ms`,
);
