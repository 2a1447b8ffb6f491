/**
 * A process for tests. `times` times, it claims a file, appends `begin` and `end` to a log around some work, and releases it.
 * Arguments: claim, log, times, work in milliseconds.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimFile } from '../../src/process/claim-file.ts';

const [path = '', log = '', times = '1', workMs = '1'] = process.argv.slice(2);
for (let time = 0; time < Number(times); time++) {
  const claim = await claimFile(path, new AbortController().signal);
  appendFileSync(log, `begin ${process.pid}\n`);
  await sleep(Number(workMs));
  appendFileSync(log, `end ${process.pid}\n`);
  await claim?.release();
}
