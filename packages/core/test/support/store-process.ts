/**
 * A process for tests that works on a shared store. Arguments: a module, its function that opens a store, the store's
 * place, and a task with its own arguments. It prints a line for each step that it has done.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../../src/store/store.ts';
import { attemptOf, bytesOf, keyOf, purchaseOf } from './purchases.ts';

const [module = '', open = '', place = '', task = '', ...rest] = process.argv.slice(2);
const modules = (await import(module)) as Record<string, (place: string) => Store>;
const store = modules[open]!(place);
const say = (line: string) => process.stdout.write(`${line}\n`);
const signal = new AbortController().signal;

const tasks: Record<string, (...args: string[]) => Promise<void>> = {
  /** Buys one picture after another until it is killed. */
  async buy(from = '0') {
    for (let count = Number(from); ; count++) {
      const prompt = `picture ${count}`;
      const claim = await store.claim(keyOf(prompt), signal);
      await store.noteAttempt(attemptOf(prompt));
      say(`noted ${prompt}`);
      await store.receive(keyOf(prompt), bytesOf(prompt));
      say(`received ${prompt}`);
      await store.put(purchaseOf(prompt));
      say(`put ${prompt}`);
      await store.clearAttempt(keyOf(prompt));
      await claim!.release();
      say(`cleared ${prompt}`);
    }
  },
  /** Puts its own picture for a request that other processes buy, too. */
  async put(prompt = '', bytes = '') {
    await store.put(purchaseOf(prompt, { bytes: Buffer.from(bytes) }));
  },
  /** Claims a picture and buys it, unless it is in the store by then. */
  async buyOnce(prompt = '') {
    const claim = await store.claim(keyOf(prompt), signal);
    if ((await store.find(keyOf(prompt))) === null) {
      await sleep(20);
      await store.put(purchaseOf(prompt, { bytes: Buffer.from(String(process.pid)) }));
    }
    await claim!.release();
  },
  /** Claims a key and holds it until the process is killed. */
  async hold(prompt = '') {
    await store.claim(keyOf(prompt), signal);
    say('held');
    await sleep(600_000);
  },
};
await tasks[task]!(...rest);
