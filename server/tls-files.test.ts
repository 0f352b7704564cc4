import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '#fixtures/certificate.ts';
import { readTls } from './tls-files.ts';

const now = new Date('2030-06-01T00:00:00Z');
const later = new Date('2030-07-01T00:00:00Z');
const one = selfSignedCertificate('one', later);
const other = selfSignedCertificate('other', later);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consilium-tls-'));
  await writeFile(join(folder, 'cert.pem'), one.cert);
  await writeFile(join(folder, 'key.pem'), one.key);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the certificate of the listener', () => {
  it('comes from files, from text, and from text of one line', async () => {
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    expect(await readTls(files, now)).toEqual(one);
    expect(await readTls(one, now)).toEqual(one);
    const flat = { cert: one.cert.replaceAll('\n', '\\n'), key: one.key.replaceAll('\n', '\\n') };
    expect(await readTls(flat, now)).toEqual(one);
  });

  it.each([
    [
      'a file that is not there',
      () => ({ ...one, cert: join(folder, 'none.pem') }),
      /^TLS_CERT .*cannot be read \(ENOENT\)/,
    ],
    ['a folder', () => ({ ...one, key: folder }), /^TLS_KEY .*cannot be read \(EISDIR\)/],
    ['a key in place of a certificate', () => ({ ...one, cert: one.key }), /^TLS_CERT .*holds no certificate/],
    ['a certificate in place of a key', () => ({ ...one, key: one.cert }), /^TLS_KEY .*holds no private key/],
    [
      'the key of another certificate',
      () => ({ ...one, key: other.key }),
      /^TLS_KEY .*is not the key of the certificate/,
    ],
    [
      'a certificate that has expired',
      () => selfSignedCertificate('old', new Date('2030-05-01T00:00:00Z')),
      /2030-05-01/,
    ],
  ])('refuses %s with a sentence, and repeats nothing of the key', async (_name, settings, sentence) => {
    const given = settings();
    const refusal = readTls(given, now);
    await expect(refusal).rejects.toThrow(sentence);
    await expect(refusal).rejects.not.toThrow(/BEGIN/);
  });
});
