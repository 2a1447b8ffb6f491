import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { moderationBlocked, startOpenAiEmulator } from '@tintype/emulators/openai';
import { expect, onTestFinished, test } from 'vitest';
import { testKey, testProject } from '../../core/test/support/project.ts';
import { startTintype, startWorker, stop } from './support/worker-process.ts';
import { describeEngines } from './support/describe-engines.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

/** A word that is easy to find where it should not be. */
const canary = 'walrus';
const cacheKey = 'c0ffee'.repeat(10);
const core = join(import.meta.dirname, '../../core/src/index.ts');
const files = {
  'a.images.yaml': `images:
  owl: { prompt: a ${canary} and an owl, alt: an owl, size: 1024x1024, quality: low, widths: [64] }
  fox: { prompt: a ${canary} and a fox, alt: a fox, size: 1024x1024, quality: low, widths: [64] }
`,
  'tintype.config.mjs': `import { folder } from ${JSON.stringify(core)};
export default { missing: 'buy', cache: { remote: folder(import.meta.dirname + '/shared'), mode: 'readwrite' } };
`,
};

describeEngines('a queue', (engine) => {
  test('one trace follows a picture from the run through a worker to its files', async () => {
    await using api = await startOpenAiEmulator();
    await using project = await testProject(files, api.baseUrl);
    api.fail(moderationBlocked('input'), { prompt: 'fox' });
    const collector = await startCollector();
    const url = `${engine().url}?name=traced`;
    const env = {
      TINTYPE_CACHE_KEY: cacheKey,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    };
    const roles = ['--roles', 'buy,encode', '--traces'];
    const worker = await startWorker(project, url, api.baseUrl, roles, env);
    const run = startTintype(project.root, ['--yes', '--quiet', '--traces', '--queue', url], env);
    run.stdout.resume();
    expect(await once(run, 'exit')).toEqual([1, null]);
    await stop(worker);
    const { spans } = collector;

    // Each picture has a trace, and nothing else has one.
    const pictures = spans.filter(({ name }) => name === 'picture');
    const images = pictures.map((span) => String(span.attributes['tintype.image']));
    expect(images.toSorted()).toEqual(['fox', 'owl']);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
    const of = (image: string) => {
      const { traceId } = pictures.find((span) => span.attributes['tintype.image'] === image)!;
      return spans.filter((span) => span.traceId === traceId);
    };
    expect(pathsOf(of('owl'))).toEqual(
      expect.arrayContaining([
        'picture',
        'picture > add traced-buy.buy',
        'picture > add traced-buy.buy > process traced-buy',
        'picture > add traced-buy.buy > process traced-buy > purchase',
        'picture > add traced-encode.encode',
        'picture > add traced-encode.encode > process traced-encode',
        'picture > add traced-encode.encode > process traced-encode > encode',
        'picture > write',
      ]),
    );
    const failed = of('fox').find(({ name }) => name === 'purchase');
    expect(failed?.attributes['error.type']).toBe('moderation');
    expect(of('fox').some(({ name }) => name === 'write')).toBe(false);
    for (const secret of [canary, testKey, cacheKey, engine().url])
      expect(collector.text()).not.toContain(secret);
  });
});

test.skipIf(missingRedis !== '')(
  `a run and a worker whose process has an SDK of its own send through that one, and send all before they end ${missingRedis}`,
  async () => {
    await using api = await startOpenAiEmulator();
    await using project = await testProject(files, api.baseUrl);
    const collector = await startCollector();
    const redis = await startRedis();
    onTestFinished(redis.stop);
    const env = {
      TINTYPE_CACHE_KEY: cacheKey,
      NODE_OPTIONS: `--import=${new URL('support/own-sdk.ts', import.meta.url).href}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    };
    const roles = ['--roles', 'buy,encode', '--traces'];
    const worker = await startWorker(project, redis.url, api.baseUrl, roles, env);
    const args = ['--yes', '--quiet', '--traces', '--queue', redis.url];
    const run = startTintype(project.root, args, env);
    run.stdout.resume();
    expect(await once(run, 'exit')).toEqual([0, null]);
    await stop(worker);
    const names = collector.spans.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['picture', 'write', 'purchase']));
    expect(names).not.toContain('is there an SDK?');
    expect(collector.text()).toContain('"an SDK of its own"');
    expect(collector.text()).not.toContain('{"stringValue":"tintype"}');
  },
);

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Each span with the names of those that it is part of. */
function pathsOf(spans: readonly Span[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const pathOf = (span: Span): string => {
    const parent = byId.get(span.parentSpanId ?? '');
    return parent === undefined ? span.name : `${pathOf(parent)} > ${span.name}`;
  };
  return spans.map(pathOf);
}

/** Takes traces as OpenTelemetry's collector does, by OTLP over HTTP in JSON. */
async function startCollector() {
  const texts: string[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    texts.push(await readText(request));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => texts.join('\n'),
    get spans(): readonly Span[] {
      return texts.flatMap((text) => spansOf(JSON.parse(text) as Export));
    },
  };
}

interface Export {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<Span, 'attributes'> & {
        readonly attributes: readonly {
          readonly key: string;
          readonly value: Readonly<Record<string, unknown>>;
        }[];
      })[];
    }[];
  }[];
}

function spansOf({ resourceSpans }: Export): Span[] {
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map((span) => ({
      ...span,
      attributes: Object.fromEntries(
        span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
      ),
    }));
}
