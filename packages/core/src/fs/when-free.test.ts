import { expect, test } from 'vitest';
import { whenFree } from './when-free.ts';

/** Fails so many times. */
function failing(times: number, code: string): () => Promise<number> {
  let calls = 0;
  return async () => {
    calls++;
    if (calls <= times) throw Object.assign(new Error(`${code} ${calls}`), { code });
    return calls;
  };
}

test.each(['EPERM', 'EACCES', 'EBUSY'])('on Windows a file is free after %s', async (code) => {
  expect(await whenFree(failing(3, code), { platform: 'win32' })).toBe(4);
});

test('on Windows it may be held for too long', async () => {
  const patient = { platform: 'win32', patienceMs: 30 } as const;
  await expect(whenFree(failing(100, 'EPERM'), patient)).rejects.toThrow(/EPERM [2-9]/);
});

test('another reason counts at once', async () => {
  await expect(whenFree(failing(1, 'ENOSPC'), { platform: 'win32' })).rejects.toThrow('ENOSPC 1');
  const isHeld = async () => false;
  await expect(whenFree(failing(1, 'EPERM'), { platform: 'win32', isHeld })).rejects.toThrow(
    'EPERM 1',
  );
});

test.each(['linux', 'darwin'] as const)('the first error counts on %s', async (platform) => {
  await expect(whenFree(failing(1, 'EPERM'), { platform })).rejects.toThrow('EPERM 1');
});
