import { expect, it } from 'vitest';
import { registerSessionRenewal, withSession } from './session-renewal.ts';

const { signal } = new AbortController();
const isSignedOut = (error: unknown): boolean => error instanceof Error && error.message === 'signed out';

it('makes a request once more when somebody has signed in again, and only then', async () => {
  let calls = 0;
  const work = async (): Promise<string> => {
    calls += 1;
    if (calls === 1) throw new Error('signed out');
    return 'image';
  };
  await expect(withSession(work, isSignedOut, signal)).rejects.toThrow('signed out');

  calls = 0;
  registerSessionRenewal(async () => true);
  expect(await withSession(work, isSignedOut, signal)).toBe('image');
  expect(calls).toBe(2);

  calls = 0;
  registerSessionRenewal(async () => false);
  await expect(withSession(work, isSignedOut, signal)).rejects.toThrow('signed out');
  expect(calls).toBe(1);

  registerSessionRenewal(async () => true);
  const broken = async (): Promise<string> => {
    throw new Error('error 500');
  };
  await expect(withSession(broken, isSignedOut, signal)).rejects.toThrow('error 500');
});
