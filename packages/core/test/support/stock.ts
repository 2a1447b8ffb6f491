import { loadProject, planProject, systemClock } from '../../src/index.ts';
import { fileStore } from '../../src/store/file-store.ts';
import { picture } from './pictures.ts';

/** Stores a picture of 64x48, or a drawing, for every request of the manifests except those of the images in `except`. */
export async function stock(
  root: string,
  except: readonly string[] = [],
  color = '#c8a77b',
): Promise<void> {
  const project = await loadProject({ cwd: root, env: {}, root });
  const report = () => {};
  const { signal } = new AbortController();
  const plan = await planProject({ ...systemClock, ...project, report, signal });
  const store = fileStore(project.config.storeDir);
  for (const { id, key, request } of plan.requests) {
    if (key === null || request === null || except.includes(id)) continue;
    const alpha = request.background === 'transparent' ? 0.5 : 1;
    const isDrawing = request.output_format === 'svg';
    const format = isDrawing ? 'svg' : 'png';
    await store.put({
      key,
      request,
      bytes: isDrawing ? drawing(color) : await picture('png', { color, alpha }),
      info: { format, width: 64, height: 48, hasAlpha: alpha !== 1 },
      rejected: null,
      usage: null,
      costUsd: 0.01,
      requestId: null,
      createdAt: new Date('2026-11-01T00:00:00Z'),
    });
  }
}

function drawing(color: string): Buffer {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48"><path fill="${color}" d="M0 0h64v48H0z"/></svg>`;
  return Buffer.from(svg);
}
