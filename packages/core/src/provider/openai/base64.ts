/**
 * Decodes base64 (RFC 4648, 2006-10; both of its alphabets, padded or not). `null`: not base64. Node's own decoder skips
 * invalid characters.
 */
export function decodeBase64(text: string): Buffer | null {
  return isBase64(text) ? Buffer.from(text, 'base64') : null;
}

function isBase64(text: string): boolean {
  const padAt = text.indexOf('=');
  const letters = padAt < 0 ? text.length : padAt;
  const missing = (4 - (letters % 4)) % 4;
  return missing < 3 && text.length - letters <= missing && /^[\w+/-]*=*$/.test(text);
}
