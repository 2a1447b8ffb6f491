import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import { expandJobs, type ExpandOptions } from '../../src/plan/expand-jobs.ts';
import { resolveModels } from '../../src/plan/models.ts';
import type { Diagnostic, Job, Manifest } from '../../src/types.ts';

/** Manifests as text, by file name, or one text alone. */
export type Texts = string | Readonly<Record<string, string>>;

/** Parses and expands manifests without a disk, and returns every mistake. Rows must be inline. */
export function expandText(
  texts: Texts,
  options: Partial<ExpandOptions> = {},
): { readonly jobs: readonly Job[]; readonly diagnostics: readonly Diagnostic[] } {
  const files = typeof texts === 'string' ? { 'a.images.yaml': texts } : texts;
  const parsed = Object.entries(files).map(([file, text]) =>
    parseManifest(file, Buffer.from(text)),
  );
  const manifests = parsed.flatMap(({ manifest }): Manifest[] => {
    if (manifest === null) return [];
    const images = manifest.images.map(({ each, ...entry }) => ({
      ...entry,
      rows: Array.isArray(each) ? each.map((values) => ({ values, place: null })) : null,
    }));
    return [{ ...manifest, images }];
  });
  const expanded = expandJobs(manifests, {
    defaults: {},
    provider: 'openai',
    providers: ['openai', 'offline'],
    models: resolveModels({}),
    partialImages: null,
    ...options,
  });
  const diagnostics = [...parsed.flatMap((one) => one.diagnostics), ...expanded.diagnostics];
  return { jobs: expanded.jobs, diagnostics };
}

/** The jobs of manifests without a mistake. */
export function jobsOf(texts: Texts, options: Partial<ExpandOptions> = {}): readonly Job[] {
  const { jobs, diagnostics } = expandText(texts, options);
  const mistakes = diagnostics.filter(({ severity }) => severity === 'error');
  if (mistakes.length > 0) throw new Error(places(mistakes).join('\n'));
  return jobs;
}

/** The only job of a manifest of one image, `hero`, with these lines of fields. */
export function jobOf(fields: string, options: Partial<ExpandOptions> = {}): Job {
  const [job, ...others] = jobsOf(imageText(fields), options);
  if (job === undefined || others.length > 0) throw new Error('there must be one job');
  return job;
}

/** A manifest of one image, `hero`; its fields begin on line 3, in column 5. */
export function imageText(fields: string): string {
  const lines = fields.split('\n').map((line) => `    ${line}`);
  return ['images:', '  hero:', ...lines, ''].join('\n');
}

/** `line:column code`, after the name of the file if it is not `a.images.yaml`. A warning ends with a question mark. */
export function places(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ file, line, column, code, severity }) => {
    const where = file === 'a.images.yaml' ? '' : `${file}:`;
    return `${where}${line}:${column} ${code}${severity === 'warning' ? '?' : ''}`;
  });
}
