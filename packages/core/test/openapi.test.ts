import { describe, expect, test } from 'vitest';
import { conformanceProblems, knownStaleness, openApiPath } from './support/conformance.ts';
import { useApi } from './support/api.ts';
import { picture } from './support/pictures.ts';
import { testProject } from './support/project.ts';

// Every other file that calls `useApi` also checks its requests against the document.
const api = useApi();

const skipped =
  openApiPath === undefined
    ? ' (skipped: TINTYPE_OPENAPI names no OpenAPI document of the Images API)'
    : '';

describe.skipIf(openApiPath === undefined)(`what is sent${skipped}`, () => {
  test('conforms to the API’s own document, with every parameter', async () => {
    const fields = 'quality: low, decorative: true, placeholder: none';
    await using project = await testProject(
      {
        'a.images.yaml': `images:
  all: { prompt: all, background: transparent, moderation: low, user_id: me, number_of_images: 2, output_format: png, output_compression: 40, size: 1408x480, ${fields} }
  edit: { prompt: edit, input_images: [one.png, two.webp], mask: mask.png, background: opaque, moderation: low, user_id: me, aspect_ratio: "16:9", ${fields} }
  faithful: { prompt: faithful, model: gpt-image-1.5, input_images: [one.png], input_fidelity: high, aspect_ratio: "3:2", ${fields} }
  auto: { prompt: auto, model: gpt-image-2, size: auto, decorative: true }
  complex: { prompt: complex, model: gpt-image-2.6-flare, complexity: low, size: 1408x480, ${fields} }
  best: { prompt: best, size: 1408x480, decorative: true, quality: max }
  better: { prompt: better, size: 1408x480, decorative: true, quality: xhigh }
`,
        'one.png': await picture(),
        'two.webp': await picture('webp'),
        'mask.png': await picture('png', { alpha: 0.5 }),
      },
      api().baseUrl,
    );
    expect((await project.generate()).error).toBeNull();
    expect(api().requests.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(conformanceProblems(api().requests)).toEqual([]);
  });

  test('is reported if it does not conform', () => {
    const request = {
      id: '',
      at: 0,
      method: 'POST',
      query: '',
      headers: {},
      status: 200,
      code: null,
      fault: null,
    };
    const bad = {
      ...request,
      path: '/v1/images/generations',
      body: { prompt: 5, n: 99, background: 'blue' },
    };
    expect(conformanceProblems([bad]).length).toBeGreaterThanOrEqual(2);
    const edit = {
      ...request,
      path: '/v1/images/edits',
      body: { model: 'gpt-image-2', n: '1', files: [] },
    };
    expect(conformanceProblems([edit]).join()).toContain('prompt');
  });

  test.each(knownStaleness)('is ahead of the document in: %s', (known) => {
    const [, name, value] = /^(\w+): (\w+)/.exec(known)!;
    const request = {
      id: '',
      at: 0,
      method: 'POST',
      query: '',
      headers: {},
      status: 200,
      code: null,
      fault: null,
    };
    const body = { prompt: 'x', model: 'gpt-image-2.5-flare', [name!]: value };
    expect(conformanceProblems([{ ...request, path: '/v1/images/generations', body }])).toEqual([]);
  });
});
