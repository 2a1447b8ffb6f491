/**
 * Cold runs through the API emulator, which is a process of its own and answers with pictures that it does not draw.
 *
 *     node -C tintype-source bench/cold.ts [--rounds 5] [--pictures 64] [--busy 192] [--latency-ms 2000] [--slow-ms 20000]
 *         [--memory 100] [--save]
 *
 * `--busy`: how many pictures are bought and encoded together; the time includes the first answer's latency, when there is
 * nothing to encode. `--slow-ms`: the latency of a real picture. That row is scaled down to two pictures for each concurrent
 * request, because a run loses time once for each wave of answers. `--memory`: peak memory is compared between a run of that
 * many images and one of four times as many, bought and as stand-ins.
 */
import { fileURLToPath } from 'node:url';
import { coldRun, inFlight } from './cold/cold-run.ts';
import { type Emulator, startEmulator } from './cold/emulator.ts';
import { compare, type Contestant } from './support/compare.ts';
import { originals } from './support/corpus.ts';
import { numberFlags } from './support/flags.ts';
import { ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { comparisonTable, goalTable } from './support/tables.ts';

const flags = numberFlags({
  rounds: 5,
  pictures: 64,
  busy: 192,
  'latency-ms': 2000,
  'slow-ms': 20_000,
  memory: 100,
});
const { rounds, pictures, memory } = flags;
const latencyMs = flags['latency-ms'];
const slowMs = flags['slow-ms'];
const slowPictures = 2 * inFlight;
const stock = await originals(Math.max(pictures, slowPictures, flags.busy, memory * 4));

/** One small file for each image, because this measures the buying. */
const smallFiles = '{ crop: 64x64, formats: [jpeg], placeholder: none }';
/** One file for each stand-in, in a format that is encoded only once, because this measures the memory. */
const drawnFiles = '{ formats: [jpeg] }';
/** Six files for each image, so that encoding takes longer than the network. */
const manyFiles = '{ formats: [avif, webp, jpeg], widths: [512] }';

const bare = 'bare loop';
const buying = 'tintype, one small file';
const plain = 'tintype, default files';
const busy = `tintype, ${flags.busy} pictures, six files each`;
const encoding = 'tintype, the same, nothing to buy';
const slowly = `tintype, ${slowPictures} pictures, default files`;
const few = `tintype, ${memory} images`;
const many = `tintype, ${memory * 4} images`;
const fewDrawn = `tintype, ${memory} stand-ins`;
const manyDrawn = `tintype, ${memory * 4} stand-ins`;

await using emulator = await startEmulator(stock, latencyMs);
await using slow = await startEmulator(stock, slowMs);
await using quick = await startEmulator(stock, 1);

const network = await compare(
  [
    bareLoop(emulator, pictures),
    await run(buying, smallFiles, pictures, emulator),
    await run(plain, '{}', pictures, emulator),
  ],
  rounds,
);
const realistic = await compare(
  [bareLoop(slow, slowPictures), await run(slowly, '{}', slowPictures, slow)],
  rounds,
);
const both = await compare(
  [
    await run(busy, manyFiles, flags.busy, emulator),
    await run(encoding, manyFiles, flags.busy, null),
  ],
  rounds,
);
const memories = await compare(
  [
    await run(few, '{}', memory, quick),
    await run(many, '{}', memory * 4, quick),
    await run(fewDrawn, drawnFiles, memory, null, 'standin'),
    await run(manyDrawn, drawnFiles, memory * 4, null, 'standin'),
  ],
  rounds,
);

const idealMs = (count: number, latency = latencyMs): number =>
  Math.ceil(count / inFlight) * latency;
publish(
  'Cold',
  `${pictures} pictures, ${latencyMs / 1000} s latency, ${inFlight} in flight: the network's ideal is ${idealMs(pictures) / 1000} s.

${comparisonTable(network, bare)}

${slowMs / 1000} s latency, which is a real picture's; the network's ideal is ${idealMs(slowPictures, slowMs) / 1000} s:

${comparisonTable(realistic, bare)}

Both busy; the network's ideal is ${idealMs(flags.busy) / 1000} s:

${comparisonTable(both, encoding)}

Latency of 1 ms, default files; and drawn instead of bought, as JPEG:

${comparisonTable(memories, few)}

${goalTable([
  {
    what: 'buying: wall, to the bare loop',
    measured: ratioOf(network, buying, bare, 'wallMs'),
    atMost: 1.01,
  },
  {
    what: `${slowMs / 1000} s latency: wall, to the bare loop`,
    measured: ratioOf(realistic, slowly, bare, 'wallMs'),
    atMost: 1.08,
  },
  {
    what: "both busy: wall, to the slower of the network's ideal and the encoders",
    measured: ratioOf(both, busy, encoding, 'wallMs', idealMs(flags.busy)),
    atMost: 1.08,
  },
  {
    what: `memory: ${many}, to ${few}`,
    measured: ratioOf(memories, many, few, 'peakBytes'),
    atMost: 1.1,
  },
  {
    what: `memory: ${manyDrawn}, to ${fewDrawn}`,
    measured: ratioOf(memories, manyDrawn, fewDrawn, 'peakBytes'),
    atMost: 1.15,
  },
])}`,
);

function bareLoop({ baseUrl }: Emulator, count: number): Contestant {
  const script = here('cold/bare-loop.ts');
  const command = [process.execPath, script, baseUrl, String(count), String(inFlight)] as const;
  return { name: bare, command };
}

/** The built CLI, which buys everything. Without an emulator everything is in the store or a stand-in. */
function run(
  name: string,
  fields: string,
  images: number,
  api: Emulator | null,
  missing: 'buy' | 'standin' = 'buy',
): Promise<Contestant> {
  const cli = here('../packages/cli/dist/bin.js');
  return coldRun({ name, fields, images, api, missing, stock, cli });
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
