import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Signer } from '#server/domain/signature-ports.ts';
import { AppError } from '#shared/errors.ts';

/** A signer over an Ed25519 private key in PEM (PKCS #8). Throws CONFIG_INVALID naming `source` for another key. */
export function createSigner(pem: string, source: string): Signer {
  const privateKey = parseKey(pem, source);
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64url');
  return {
    publicKey,
    sign: (bytes) => sign(null, bytes, privateKey).toString('base64url'),
    verify(bytes, signature, spki) {
      try {
        const key = createPublicKey({ key: Buffer.from(spki, 'base64url'), type: 'spki', format: 'der' });
        return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, Buffer.from(signature, 'base64url'));
      } catch {
        return false;
      }
    },
  };
}

/**
 * The signer of this installation: the PEM text of the environment (SIGNING_KEY), else `signing-key.pem` in the data
 * directory, made on first use for its owner alone (mode 0600) and on the disk before anything is signed with it.
 */
export async function openSigner(dataDir: string, environmentPem: string | null): Promise<Signer> {
  if (environmentPem !== null) return createSigner(environmentPem.replaceAll('\\n', '\n'), 'SIGNING_KEY');
  const path = join(dataDir, 'signing-key.pem');
  const stored = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return createSigner(stored ?? (await makeKey(path)), path);
}

async function makeKey(path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  // `wx`: a second process that starts at the same time must not replace the key the first has signed with.
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null;
    throw error;
  });
  if (file === null) return readFile(path, 'utf8');
  try {
    await file.writeFile(pem);
    await file.sync();
  } finally {
    await file.close();
  }
  return pem;
}

function parseKey(pem: string, source: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Answered below without the cause: its text may quote the key.
  }
  throw new AppError('CONFIG_INVALID', { key: source, reason: 'it must be an Ed25519 private key in PEM (PKCS #8)' });
}
