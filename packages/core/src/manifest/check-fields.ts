import { fieldNames } from '../fields.ts';
import { explainIssues } from './explain-issue.ts';
import { fieldsSchema } from './manifest-schema.ts';

/** Finds mistakes in manifest fields outside a manifest, such as a config's `defaults`. */
export function checkFields(fields: unknown): string[] {
  const parsed = fieldsSchema.safeParse(fields);
  if (parsed.success) return [];
  return explainIssues(parsed.error.issues, fields, fieldNames).map(
    ({ finding }) => finding.message,
  );
}
