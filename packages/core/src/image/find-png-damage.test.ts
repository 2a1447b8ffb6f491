import sharp from 'sharp';
import { expect, test } from 'vitest';
import { findPngDamage } from './find-png-damage.ts';

const png = () =>
  sharp({ create: { width: 24, height: 16, channels: 3, background: '#c8a77b' } })
    .withXmp('<x/>')
    .png()
    .toBuffer();

test('a whole PNG has none, whatever follows it', async () => {
  const bytes = await png();
  expect(findPngDamage(bytes)).toBeNull();
  expect(findPngDamage(Buffer.concat([bytes, Buffer.from('more')]))).toBeNull();
});

test('it says nothing about other formats', async () => {
  expect(
    findPngDamage(
      await sharp(await png())
        .jpeg()
        .toBuffer(),
    ),
  ).toBeNull();
  expect(findPngDamage(new Uint8Array())).toBeNull();
});

test('every cut and every flipped byte is found', async () => {
  const bytes = await png();
  for (let at = 8; at < bytes.length; at++) {
    expect(findPngDamage(bytes.subarray(0, at)), `${at} bytes`).toBe('its end is missing');
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 0x10;
    expect(findPngDamage(flipped), `byte ${at}`).not.toBeNull();
  }
});
