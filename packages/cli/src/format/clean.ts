/**
 * Text from manifests and APIs, safe for a terminal: without escape sequences, control characters and bidirectional
 * overrides. Keeps line breaks and tabs.
 */
export function clean(text: string): string {
  return text
    .replaceAll(ESCAPE_SEQUENCE, '')
    .replaceAll('\r\n', '\n')
    .replaceAll(HOSTILE_CHARACTER, '');
}

/** As `clean`, on one line: line breaks and tabs become a space, so that nobody can fake a line of ours. */
export function cleanLine(text: string): string {
  return clean(text).replaceAll(/[\n\t]+/g, ' ');
}

/** One line of JSON or a document of it, whose hostile characters are escaped: the same value, safe to look at. */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(
    HOSTILE_CHARACTER,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// ECMA-48: string sequences (OSC, DCS, SOS, PM, APC) up to their terminator or the end, CSI, then any other escape;
// each with its introducer as ESC and a letter or as one C1 character.
const ESCAPE_SEQUENCE: RegExp =
  // oxlint-disable-next-line no-control-regex
  /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[\s\S]*?(?:\x07|\x1b\\|\x9c|$)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;

// C0 but tab and line feed, DEL, C1, line and paragraph separators, bidirectional marks, embeddings, overrides, isolates.
const HOSTILE_CHARACTER: RegExp =
  // oxlint-disable-next-line no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
