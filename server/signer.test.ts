import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSigner, openSigner } from './signer.ts';

const bytes = new TextEncoder().encode('{"schema":"consilium-report/1"}');
const ed25519 = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consilium-signer-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the signer', () => {
  it('makes a key of its own once, for its owner alone, and signs with the same ever after', async () => {
    const first = await openSigner(folder, null);
    const second = await openSigner(folder, null);
    expect(second.publicKey).toBe(first.publicKey);
    expect((await stat(join(folder, 'signing-key.pem'))).mode & 0o777).toBe(0o600);
    expect(second.verify(bytes, first.sign(bytes), first.publicKey)).toBe(true);
  });

  it('rule 7: finds a changed byte, a changed signature and another key', () => {
    const signer = createSigner(ed25519(), 'test');
    const signature = signer.sign(bytes);
    const changed = Uint8Array.from(bytes, (byte, index) => (index === 3 ? byte ^ 1 : byte));
    expect(signer.verify(bytes, signature, signer.publicKey)).toBe(true);
    expect(signer.verify(changed, signature, signer.publicKey)).toBe(false);
    expect(
      signer.verify(
        bytes,
        signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
        signer.publicKey,
      ),
    ).toBe(false);
    expect(signer.verify(bytes, signature, createSigner(ed25519(), 'test').publicKey)).toBe(false);
    expect(signer.verify(bytes, signature, 'no key')).toBe(false);
  });

  it('takes the key of the environment, with line breaks written out', async () => {
    const pem = ed25519();
    const signer = await openSigner(folder, pem.replaceAll('\n', '\\n'));
    expect(signer.publicKey).toBe(createSigner(pem, 'test').publicKey);
  });

  it('refuses another kind of key, and never repeats what it was given', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    expect(() => createSigner(rsa.toString(), 'SIGNING_KEY')).toThrow('SIGNING_KEY is not valid');
    expect(() => createSigner('secret words', 'SIGNING_KEY')).toThrow(/^(?!.*secret words).*Ed25519/);
    const other = await mkdtemp(join(folder, 'other-'));
    await writeFile(join(other, 'signing-key.pem'), 'damaged');
    await expect(openSigner(other, null)).rejects.toThrow('signing-key.pem');
    expect(await readFile(join(other, 'signing-key.pem'), 'utf8')).toBe('damaged');
  });
});
