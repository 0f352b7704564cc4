import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clinicalPhoto, referralLetter } from '#fixtures/documents.ts';
import { createDocumentReader, createInspectionPool } from './document-reader.ts';

let folder: string;
const pool = createInspectionPool(1);
const reader = createDocumentReader(pool);
const signal = new AbortController().signal;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'documents-'));
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});
const file = async (bytes: Uint8Array) => {
  const path = join(folder, crypto.randomUUID());
  await writeFile(path, bytes);
  return path;
};

test('a letter, a photograph and a note', async () => {
  await expect(reader.pdf(await file(referralLetter()), signal)).resolves.toBeUndefined();
  const size = await reader.picture(await file(await clinicalPhoto()), 'JPEG', signal);
  expect(size.width).toBeGreaterThan(500);
  await expect(reader.text(await file(Buffer.from('Größe 12 µm\r\n\tPatient: 患者')), signal)).resolves.toBeUndefined();
});

test('a photograph that ends too early', async () => {
  const photo = await clinicalPhoto();
  const cut = await file(photo.subarray(0, photo.length / 2));
  await expect(reader.picture(cut, 'JPEG', signal)).rejects.toMatchObject({ code: 'DOCUMENT_DAMAGED' });
});

test('a picture of another format than its first bytes say', async () => {
  await expect(reader.picture(await file(await clinicalPhoto()), 'PNG', signal)).rejects.toMatchObject({
    code: 'DOCUMENT_DAMAGED',
  });
});

test('text in another encoding, and text with a bell in it', async () => {
  for (const bytes of [Buffer.from([0x47, 0x72, 0xf6, 0xdf, 0x65]), Buffer.from('ring\u0007')]) {
    await expect(reader.text(await file(bytes), signal)).rejects.toMatchObject({ code: 'DOCUMENT_DAMAGED' });
  }
});

test('a document too large to be one is not even read', async () => {
  const path = await file(Buffer.from('%PDF-1.7'));
  await truncate(path, 101 * 1024 * 1024);
  await expect(reader.pdf(path, signal)).rejects.toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
});
