import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { picture } from './pictures.ts';

/** How a service answers a request for a picture. */
interface Manners {
  /** The parameters that it takes. It refuses all others. */
  readonly takes: readonly string[];
  readonly format: (body: Body) => 'png' | 'jpeg';
  readonly sizeOf: (body: Body) => { readonly width: number; readonly height: number };
  /** Whether it has edits: a form with `image[]` and a `mask`. */
  readonly hasEdits: boolean;
  /** What its answer has beside the picture. */
  readonly adds: object;
}

type Body = Readonly<Record<string, unknown>>;

const asked = ({ size }: Body) => {
  const [width = 512, height = 512] = numbersIn(size, 'x');
  return { width, height };
};

function numbersIn(text: unknown, separator: string): number[] {
  return typeof text === 'string' ? text.split(separator).map(Number) : [];
}

/** From the sources and documentation that `server-profiles.ts` names. The size of xAI's pictures is made up. */
const services = {
  localai: {
    takes: ['model', 'prompt', 'n', 'size', 'response_format'],
    format: () => 'png',
    sizeOf: asked,
    hasEdits: false,
    adds: { id: 'a', usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
  },
  'stable-diffusion.cpp': {
    takes: ['model', 'prompt', 'n', 'size', 'output_format', 'image[]', 'mask'],
    format: ({ output_format: format }) => (format === 'jpeg' ? 'jpeg' : 'png'),
    sizeOf: asked,
    hasEdits: true,
    adds: { output_format: 'png' },
  },
  xai: {
    takes: ['model', 'prompt', 'n', 'response_format', 'aspect_ratio'],
    format: () => 'jpeg',
    sizeOf({ aspect_ratio: ratio }) {
      const [width = 1, height = 1] = numbersIn(ratio, ':');
      return { width: 96 * width, height: 96 * height };
    },
    hasEdits: false,
    adds: { usage: { cost_in_usd_ticks: 200_000_000 } },
  },
} as const satisfies Record<string, Manners>;

export interface ImageService extends AsyncDisposable {
  readonly baseUrl: string;
  /** The bodies of all requests for pictures. */
  readonly orders: readonly Body[];
  /** How many pictures it made. */
  readonly made: number;
  /** The next request gets this status. */
  readonly fail: (status: number) => void;
  /** The next picture waits for this. */
  readonly hold: (until: Promise<unknown>) => void;
}

/** A server that answers as a service does that has a part of OpenAI's Images API. */
export async function startImageService(name: keyof typeof services): Promise<ImageService> {
  const manners: Manners = services[name];
  const orders: Body[] = [];
  let made = 0;
  let failure: number | null = null;
  let waits: Promise<unknown> = Promise.resolve();
  const answerTo = async (path: string, sent: Buffer, type: string): Promise<[number, object]> => {
    const isEdit = path === '/v1/images/edits' && manners.hasEdits;
    if (path !== '/v1/images/generations' && !isEdit)
      return [404, { error: { message: 'not found' } }];
    const body = isEdit ? await formOf(sent, type) : (JSON.parse(sent.toString()) as Body);
    if (isEdit && !(body['image[]'] instanceof File))
      return [400, { error: { message: 'at least one image file is required' } }];
    orders.push(body);
    const unknown = Object.keys(body).find((parameter) => !manners.takes.includes(parameter));
    if (unknown !== undefined)
      return [400, { error: { message: `Argument not supported: ${unknown}` } }];
    if (failure !== null) {
      const status = failure;
      failure = null;
      return [status, { error: { message: 'no', type: 'error' } }];
    }
    const bytes = await picture(manners.format(body), manners.sizeOf(body));
    made++;
    await waits;
    waits = Promise.resolve();
    return [200, { created: 1, data: [{ b64_json: bytes.toString('base64') }], ...manners.adds }];
  };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.once('end', () => {
      const type = request.headers['content-type'] ?? '';
      void (async () => {
        const [status, body] = await answerTo(request.url ?? '', Buffer.concat(pieces), type);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    orders,
    get made() {
      return made;
    },
    fail: (status) => void (failure = status),
    hold: (until) => void (waits = until),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function formOf(sent: Buffer, type: string): Promise<Body> {
  const form = await new Response(new Uint8Array(sent), {
    headers: { 'content-type': type },
  }).formData();
  return Object.fromEntries(form);
}
