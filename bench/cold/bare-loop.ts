/**
 * The least time that buying pictures can take: the same client, a concurrency limit, and no use of the bytes.
 *
 *     node bare-loop.ts <baseUrl> <pictures> <in flight>
 */
import OpenAI from 'openai';
import pLimit from 'p-limit';

const [baseURL, pictures, inFlight] = process.argv.slice(2) as [string, string, string];
const client = new OpenAI({ apiKey: 'sk-bench', baseURL, maxRetries: 0, timeout: 600_000 });
const prompts = Array.from({ length: Number(pictures) }, (_, at) => `Picture ${at}`);

await pLimit(Number(inFlight)).map(prompts, async (prompt) => {
  const reply = await client.images.generate({
    model: 'gpt-image-2.5-flare',
    prompt,
    n: 1,
    size: '1024x1024',
    output_format: 'png',
  });
  const bytes = Buffer.from(reply.data?.[0]?.b64_json ?? '', 'base64');
  if (bytes.length < 1_000_000) throw new Error(`${prompt} came back as ${bytes.length} bytes`);
});
