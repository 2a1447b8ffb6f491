/** A box of JUMBF (ISO/IEC 19566-5). A box that contains boxes has a label; any other has data. */
export interface Box {
  readonly type: string;
  /** Without the head of the box. */
  readonly content: Buffer;
  /** `null`: it has none. */
  readonly label: string | null;
  readonly boxes: readonly Box[];
}

/** A manifest store has four levels. */
const maxDepth = 8;
const maxBoxes = 10_000;

/** The boxes in `bytes`. Throws an Error that says what is wrong with them. */
export function readBoxes(bytes: Buffer): Box[] {
  let left = maxBoxes;

  const boxesIn = (content: Buffer, depth: number): Box[] => {
    if (depth > maxDepth) throw new Error(`has boxes that are nested more than ${maxDepth} deep`);
    const boxes: Box[] = [];
    for (let at = 0; at < content.length;) {
      if (--left < 0) throw new Error(`has more than ${maxBoxes} boxes`);
      const { type, dataAt, end } = headOf(content, at);
      boxes.push(boxOf(type, content.subarray(dataAt, end), depth));
      at = end;
    }
    return boxes;
  };

  const boxOf = (type: string, content: Buffer, depth: number): Box => {
    if (type !== 'jumb') return { type, content, label: null, boxes: [] };
    const [description, ...boxes] = boxesIn(content, depth + 1);
    const label = description?.type === 'jumd' ? labelOf(description.content) : null;
    return { type, content, label, boxes };
  };

  return boxesIn(bytes, 0);
}

/** The box in `boxes` with a label; `undefined`: there is none. */
export function boxNamed(boxes: readonly Box[] | undefined, label: string): Box | undefined {
  return boxes?.find((box) => box.label === label);
}

/** The length 1 means that a length of 64 bits follows, and 0 means that the box is the last. */
function headOf(content: Buffer, at: number) {
  if (at + 8 > content.length) throw new Error('has a box without a head');
  const length = content.readUInt32BE(at);
  const isLong = length === 1;
  if (isLong && at + 16 > content.length) throw new Error('has a box without a head');
  const dataAt = at + (isLong ? 16 : 8);
  const end =
    length === 0
      ? content.length
      : at + (isLong ? Number(content.readBigUInt64BE(at + 8)) : length);
  if (end < dataAt || end > content.length) throw new Error('has a box with a wrong length');
  return { type: content.toString('latin1', at + 4, at + 8), dataAt, end };
}

/** A description has a UUID, a byte of flags, and then the label, if the second flag is set, up to a zero. */
function labelOf(description: Buffer): string | null {
  const hasLabel = ((description[16] ?? 0) & 2) !== 0;
  const end = description.indexOf(0, 17);
  return hasLabel && end !== -1 ? description.toString('utf8', 17, end) : null;
}
