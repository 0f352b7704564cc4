import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#shared/errors.ts';

/**
 * The secret that signs session cookies and encrypts one-time-code secrets: made on first use, readable by its
 * owner alone, and on the disk before it is used.
 */
export async function openSecretFile(dataDir: string): Promise<string> {
  const path = join(dataDir, 'session-secret');
  const stored = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (stored === null) return await makeSecret(dataDir, path);
  const secret = stored.trim();
  if (secret.length < 32) throw new AppError('CONFIG_INVALID', { key: path, reason: 'it is damaged' });
  return secret;
}

async function makeSecret(dataDir: string, path: string): Promise<string> {
  const secret = randomBytes(48).toString('base64url');
  try {
    // `wx`: when two processes start at once, the second one takes the secret of the first.
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(`${secret}\n`);
    await file.sync();
    await file.close();
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await openSecretFile(dataDir);
  }
}
