/**
 * Makes text from manifests and APIs safe for a terminal: removes escape sequences, control characters and bidirectional
 * overrides. Keeps line breaks and tabs.
 */
export function clean(text: string): string {
  return text
    .replaceAll(escapeSequence, '')
    .replaceAll('\r\n', '\n')
    .replaceAll(hostileCharacter, '');
}

/** As `clean`, but on one line: line breaks and tabs become a space, so that no text can fake a line of our output. */
export function cleanLine(text: string): string {
  return clean(text).replaceAll(/[\n\t]+/g, ' ');
}

/** Escapes hostile characters in JSON: the value is the same, and printing it is safe. */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(
    hostileCharacter,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// ECMA-48: string sequences (OSC, DCS, SOS, PM, APC) up to their terminator or the end, CSI, then any other escape;
// each with its introducer as ESC and a letter or as one C1 character.
const escapeSequence: RegExp =
  // oxlint-disable-next-line no-control-regex
  /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[\s\S]*?(?:\x07|\x1b\\|\x9c|$)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;

// C0 but tab and line feed, DEL, C1, line and paragraph separators, bidirectional marks, embeddings, overrides, isolates.
const hostileCharacter: RegExp =
  // oxlint-disable-next-line no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
