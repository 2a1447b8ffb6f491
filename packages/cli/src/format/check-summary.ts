import { type CheckResult, count } from '@tintype/core';

/** What `check` found, in one line. */
export function checkSummary({ manifests, images, errors, warnings }: CheckResult): string {
  const more = warnings > 0 ? `, ${count(warnings, 'warning')}` : '';
  // Images that a mistake hides are not counted.
  if (errors > 0) return `${count(errors, 'mistake')}${more}.`;
  return `${count(images, 'image')} in ${count(manifests, 'manifest')}: no mistakes${more}.`;
}
