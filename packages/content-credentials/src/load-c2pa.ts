import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

type C2pa = typeof import('@contentauth/c2pa-wasm');

let loading: Promise<C2pa> | undefined;

/** Loads c2pa-rs, once. */
export function loadC2pa(): Promise<C2pa> {
  loading ??= load();
  return loading;
}

async function load(): Promise<C2pa> {
  const path = createRequire(import.meta.url).resolve('@contentauth/c2pa-wasm/c2pa.wasm');
  const [c2pa, module] = await Promise.all([import('@contentauth/c2pa-wasm'), readFile(path)]);
  Object.assign(globalThis, { FileReaderSync: BytesReader });
  c2pa.initSync({ module });
  return c2pa;
}

/** A Blob that can be read without waiting, which c2pa-rs does, and which Node cannot do with its own. */
export class BytesBlob extends Blob {
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>, type: string) {
    super([bytes], { type });
    this.#bytes = bytes;
  }

  override slice(start = 0, end = this.#bytes.length, type = ''): BytesBlob {
    return new BytesBlob(this.#bytes.subarray(start, end), type);
  }

  copy(): ArrayBuffer {
    return new Uint8Array(this.#bytes).buffer;
  }
}

/** The one method of a browser's `FileReaderSync` that c2pa-rs calls. */
class BytesReader {
  readAsArrayBuffer(blob: BytesBlob): ArrayBuffer {
    return blob.copy();
  }
}
