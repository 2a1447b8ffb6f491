import { clean } from './clean.ts';

/** The place that an annotation points at. Undefined members are left out. */
interface AnnotationProperties {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly col?: number | undefined;
  readonly title?: string | undefined;
}

/**
 * A workflow command that GitHub shows beside the code, with its line break. Escaped as `@actions/core` does it:
 * `%`, CR and LF everywhere, `:` and `,` in properties too.
 */
export function annotation(
  level: 'error' | 'warning',
  message: string,
  properties: AnnotationProperties,
): string {
  const list = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(',');
  return `::${level}${list === '' ? '' : ` ${list}`}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(clean(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
