import { fieldNames } from '../fields.ts';
import { explainIssues } from './explain-issue.ts';
import { fieldsSchema } from './manifest-schema.ts';

/** What is wrong with manifest fields that stand in no manifest, such as a config's `defaults`. */
export function checkFields(fields: unknown): string[] {
  const parsed = fieldsSchema.safeParse(fields);
  if (parsed.success) return [];
  return explainIssues(parsed.error.issues, fields, fieldNames).map(
    ({ finding }) => finding.message,
  );
}
