import { appendFile, cp, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { moderationBlocked, type OpenAiEmulator } from '@tintype/emulators/openai';
import { type Run, testProject, type TestProject } from '../../../core/test/support/project.ts';

/** A prompt that tries to run a script in the page that shows it. */
export const hostile =
  '</script><script>window.pwned = 1</script><img src=x onerror="window.pwned = 2"> \u202eabc\u202c {{ <!-- &lt;b&gt; javascript:pwned';

const garden = `# What one sees first
defaults: { quality: low, formats: [webp] }
presets:
  house:
    prompt: "{{ prompt }}. Gouache on rough paper, deep blue-greens, one lamp-yellow accent, no lettering."
images:
  hero:
    preset: house
    prompt: A glasshouse beside a harbour at dusk, lit from inside
    number_of_images: 3   # three to choose from
    alt: The palm house at dusk
    widths: [320, 640]
    formats: [avif, webp]
    sizes: 100vw
  night:
    preset: house
    prompt: The same at night
    input_images: [tintype:hero]
    alt: The palm house at night
  banner:
    preset: house
    prompt: A quay from far away
    aspect_ratio: "3:2"
    crop: 1200x400
    widths: [600]
    formats: [avif, webp]
    alt: A quay
  badge:
    prompt: A round enamel badge of a hawk moth
    background: transparent
    decorative: true
  fresh: { prompt: A seed packet, alt: A seed packet }
  dear: { prompt: A wall of drawers, number_of_images: 10, pick: 1, quality: high, decorative: true }
  refused: { prompt: A refused picture, decorative: true }
  torn: { prompt: A torn picture, decorative: true }
  drawn: { prompt: A sketch, provider: offline, alt: A sketch }
`;

const hostileManifest = `images:
  hostile:
    prompt: ${JSON.stringify(hostile)}
    alt: ${JSON.stringify(`${hostile} alt`)}
`;

/** A project with an image in every state. The emulator sold what is bought. */
export async function sheetProject(api: OpenAiEmulator): Promise<TestProject> {
  const project = await testProject(
    { 'garden.images.yaml': garden, 'more/other.images.yaml': hostileManifest },
    api.baseUrl,
  );
  await generateAll(project, { ids: ['hero', 'banner', 'badge', 'torn', 'drawn', 'hostile'] });
  api.fail(moderationBlocked());
  await project.generate({ ids: ['refused'] });
  await damage(project, 'torn');
  // This image is delivered with an alt text that the manifest has since changed.
  await project.write('garden.images.yaml', garden.replace('alt: A quay', 'alt: A quay at night'));
  api.reset();
  return project;
}

/** A copy of the project that a test may change. Copies are used because making a project takes long. */
export async function copyOf({ root }: TestProject, api: OpenAiEmulator): Promise<TestProject> {
  const copy = await testProject({}, api.baseUrl);
  await cp(root, copy.root, { recursive: true });
  return copy;
}

async function generateAll(project: TestProject, run: Run): Promise<void> {
  const { error, result, events } = await project.generate(run);
  if (error !== null) throw error;
  if (result?.failed !== 0) throw new Error(JSON.stringify(events.at(-2)));
}

/** Cuts off an image's original. */
async function damage(project: TestProject, id: string): Promise<void> {
  const { requests } = await project.plan({ ids: [id] });
  const stored = requests[0]?.stored;
  if (stored?.kind !== 'record') throw new Error(`${id} is not stored`);
  const { sha256 } = stored.record.original;
  const folder = join(project.root, '.tintype/originals', sha256.slice(0, 2));
  const file = (await readdir(folder)).find((name) => name.startsWith(sha256));
  await truncate(join(folder, file!), 100);
  await appendFile(join(folder, file!), 'torn');
}

/** A project of many images, all of which are stand-ins. */
export async function manyImages(count: number): Promise<TestProject> {
  const rows = Array.from({ length: count }, (_, index) => `{ n: "${index}" }`).join(', ');
  return testProject({
    'many.images.yaml': `
defaults: { provider: offline, decorative: true, size: 1024x1024 }
presets: { house: { prompt: "{{ prompt }}. Flat illustration in ochre and teal, thick strokes, no lettering." } }
images:
  "picture-{{ n }}": { each: [${rows}], preset: house, prompt: "Picture number {{ n }} of many" }
`,
  });
}
