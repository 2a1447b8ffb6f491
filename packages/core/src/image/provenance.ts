/**
 * How a picture was made, in IPTC's terms: by a trained model or, for a stand-in, by an algorithm.
 * https://cv.iptc.org/newscodes/digitalsourcetype/ (2026-11-22).
 */
export function digitalSourceType(isStandIn: boolean): string {
  const type = isStandIn ? 'algorithmicMedia' : 'trainedAlgorithmicMedia';
  return `http://cv.iptc.org/newscodes/digitalsourcetype/${type}`;
}

/** Whether Tintype encoded a file. It did if the file contains the XMP packet of a variant. */
export function hasProvenance(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [true, false].some((isStandIn) => file.includes(provenanceXmp(isStandIn)));
}

/**
 * The XMP packet of every variant: its `DigitalSourceType` and nothing else. It has no prompt, because the file is published,
 * and no date or version, because equal inputs must give equal bytes.
 */
export function provenanceXmp(isStandIn: boolean): string {
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">',
    `<Iptc4xmpExt:DigitalSourceType>${digitalSourceType(isStandIn)}</Iptc4xmpExt:DigitalSourceType>`,
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
    '<?xpacket end="w"?>',
  ].join('');
}
