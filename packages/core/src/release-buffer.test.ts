import sharp from 'sharp';
import { expect, test } from 'vitest';
import { releaseBuffer } from './release-buffer.ts';

test('a buffer that no other bytes share is released', () => {
  const bytes = new Uint8Array(1000);
  releaseBuffer(bytes);
  expect(bytes.buffer.byteLength).toBe(0);
  expect(bytes.byteLength).toBe(0);
});

test('a second release does nothing', () => {
  const bytes = new Uint8Array(1000);
  releaseBuffer(bytes);
  expect(() => releaseBuffer(bytes)).not.toThrow();
});

test('pixels that a native library allocated are released', async () => {
  const pixels = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
    .raw()
    .toBuffer();
  releaseBuffer(pixels);
  expect(pixels.buffer.byteLength).toBe(0);
});

test('a shared buffer is not released', () => {
  const buffer = Buffer.from('shared by all small buffers');
  const part = new Uint8Array(8).fill(7).subarray(2, 4);
  releaseBuffer(buffer);
  releaseBuffer(part);
  expect(buffer.toString()).toBe('shared by all small buffers');
  expect([...part]).toEqual([7, 7]);
});
