import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const main = fileURLToPath(import.meta.resolve('yaml-language-server'));
const server = join(dirname(main), '../../bin/yaml-language-server');

interface Position {
  readonly line: number;
  readonly character: number;
}

/** An editor with one YAML file open: the language server that editors run, as a process of its own. */
export interface YamlEditor extends AsyncDisposable {
  /** What it offers where `|` is in the text, by label. */
  readonly complete: (text: string) => Promise<ReadonlyMap<string, string>>;
  /** What it shows for the word where `|` is in the text. */
  readonly hover: (text: string) => Promise<string>;
  /** The mistakes that it underlines. */
  readonly diagnose: (text: string) => Promise<readonly string[]>;
}

/** `file`: absolute. Its first line names the schema. */
export async function openYamlEditor(file: string): Promise<YamlEditor> {
  const child = spawn(process.execPath, [server, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: dirname(file),
  });
  const uri = pathToFileURL(file).href;
  const answers = new Map<number, (result: unknown) => void>();
  let published = Promise.withResolvers<readonly { readonly message: string }[]>();
  let [id, version] = [0, 1];

  let buffered = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const head = /^Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n/.exec(
        buffered.toString('latin1'),
      );
      if (head === null || buffered.length < head[0].length + Number(head[1])) return;
      const end = head[0].length + Number(head[1]);
      receive(JSON.parse(buffered.subarray(head[0].length, end).toString()) as Message);
      buffered = buffered.subarray(end);
    }
  });

  await request('initialize', { processId: null, rootUri: null, capabilities });
  send({ method: 'initialized', params: {} });
  const text = await readFile(file, 'utf8');
  const document = { uri, languageId: 'yaml', version, text };
  send({ method: 'textDocument/didOpen', params: { textDocument: document } });

  return {
    complete: async (marked) => {
      const position = await show(marked);
      const { items } = (await request('textDocument/completion', position)) as {
        items: { label: string; insertText?: string }[];
      };
      return new Map(items.map(({ label, insertText = '' }) => [label, insertText]));
    },
    hover: async (marked) => {
      const position = await show(marked);
      const found = (await request('textDocument/hover', position)) as {
        contents: { value: string };
      } | null;
      return found?.contents.value ?? '';
    },
    diagnose: async (shown) => {
      published = Promise.withResolvers();
      await show(`${shown}|`);
      return (await published.promise).map(({ message }) => message);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };

  /** Shows a text in place of the last one, under the same first line. */
  async function show(marked: string): Promise<object> {
    const [modeline] = text.split('\n');
    const whole = `${modeline}\n${marked}`;
    const before = whole.slice(0, whole.lastIndexOf('|'));
    const changed = before + whole.slice(before.length + 1);
    version++;
    const textDocument = { uri, version };
    const params = { textDocument, contentChanges: [{ text: changed }] };
    send({ method: 'textDocument/didChange', params });
    const lines = before.split('\n');
    const position: Position = { line: lines.length - 1, character: lines.at(-1)!.length };
    return { textDocument: { uri }, position };
  }

  function request(method: string, params: object): Promise<unknown> {
    const own = ++id;
    return new Promise((resolve) => {
      answers.set(own, resolve);
      send({ id: own, method, params });
    });
  }

  function send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  function receive({ id: own, method, params, result }: Message): void {
    if (method === 'textDocument/publishDiagnostics') published.resolve(params.diagnostics);
    else if (method === 'workspace/configuration')
      send({ id: own, result: params.items.map(() => null) });
    else if (method !== undefined && own !== undefined) send({ id: own, result: null });
    else if (own !== undefined) answers.get(own)?.(result);
  }
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params: {
    readonly diagnostics: readonly { readonly message: string }[];
    readonly items: readonly unknown[];
  };
  readonly result?: unknown;
}

const capabilities = {
  textDocument: {
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
    hover: { contentFormat: ['markdown'] },
    publishDiagnostics: {},
  },
};
