import type { Fields } from '../fields.ts';
import { deliveriesOf } from './deliveries.ts';
import type { FileFields, Job } from '../types.ts';
import type { Draft } from './draft.ts';

/** Counts what a project expands to and enforces limits, because a data file of 10 MB can expand to far more. */
export class ProjectSize {
  #pictures = 0;
  #files = 0;
  #characters = 0;

  add({ id, fields }: Draft, job: Job | null): void {
    const pictures = job?.picture.numberOfImages ?? 1;
    this.#pictures += pictures;
    const delivered = job === null ? [] : deliveriesOf(job);
    const filesOf = ({ widths, formats }: FileFields) => (widths.length + 1) * formats.length;
    this.#files += delivered.reduce((sum, { files }) => sum + filesOf(files), 0);
    this.#characters += id.length + lengthOfTexts(fields);
  }

  problem(): string | null {
    return (
      this.#over(this.#pictures, 100_000, 'pictures') ??
      this.#over(this.#files, 1_000_000, 'files') ??
      this.#over(this.#characters, 250_000_000, 'characters of text')
    );
  }

  #over(count: number, limit: number, what: string): string | null {
    return count <= limit
      ? null
      : `up to here, with all rows expanded, the project has over ${limit.toLocaleString('en')} ${what}; split it into several projects`;
  }
}

function lengthOfTexts(fields: Fields): number {
  let length = 0;
  for (const value of Object.values(fields)) {
    if (typeof value === 'string') length += value.length;
    else if (Array.isArray(value)) {
      for (const item of value) length += typeof item === 'string' ? item.length : 1;
    }
  }
  return length;
}
