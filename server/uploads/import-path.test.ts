import { chmod, mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeUploadFolder, type UploadFolder } from '#fixtures/make.ts';
import { encodeZip } from '#fixtures/zip-file.ts';
import { importPath } from '#server/domain/import-path.ts';
import { isIntact, verifyStorage } from '#server/domain/verify-storage.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import type { ConsultationId } from '#shared/ids.ts';

let server: TestServer;
let referrer: SignedIn;
let made: UploadFolder;
const signal = new AbortController().signal;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  made = await makeUploadFolder(join(server.dataDir, 'made'), { small: true });
}, 60_000);
afterAll(() => server.close());

const bring = async (path: string, consultationId?: ConsultationId) => {
  const id = consultationId ?? (await server.draft()).id;
  const report = await importPath(
    server.services.material.ingest,
    { path, consultationId: id, actor: referrer.principal },
    signal,
  );
  return { id, ...report };
};

test('a mixed folder: everything readable is stored, the rest has a sentence, the files stay where they are', async () => {
  const before = await readFile(join(made.folder, made.accepted[0]!));
  const { id, stored, refused } = await bring(made.folder);
  expect(stored.map(({ name }) => name).sort()).toEqual([...made.accepted].sort());
  for (const { name, code, sentence } of refused) {
    expect(made.refused).toContain(name);
    expect(code).toMatch(/^[A-Z_0-9]+$/);
    expect(sentence).toMatch(/\.$/);
  }
  expect(refused.length).toBeGreaterThan(0);
  expect(await readFile(join(made.folder, made.accepted[0]!))).toEqual(before);

  const again = await bring(made.folder, id);
  expect(again.stored.every(({ outcome }) => outcome === 'duplicate')).toBe(true);
});

test('the same as a .zip, names below the archive', async () => {
  const { stored } = await bring(made.zip);
  expect(stored.map(({ name }) => name).sort()).toEqual(made.accepted.map((name) => `upload.zip/${name}`).sort());
});

test('a .zip beside other files is opened, one inside it is not', async () => {
  const folder = join(server.dataDir, 'beside');
  await mkdir(folder);
  await writeFile(join(folder, 'a.txt'), 'beside');
  const inner = encodeZip([{ name: 'c.txt', data: Buffer.from('inner') }]);
  const outer = [
    { name: 'b.txt', data: Buffer.from('outer') },
    { name: 'inner.zip', data: inner },
  ];
  await writeFile(join(folder, 'z.zip'), encodeZip(outer));
  const { stored, refused } = await bring(folder);
  expect(stored.map(({ name }) => name)).toEqual(['a.txt', 'z.zip/b.txt']);
  expect(refused).toMatchObject([{ name: 'z.zip/inner.zip', code: 'ZIP_NESTED' }]);
});

test('symbolic links are not followed', async () => {
  const folder = join(server.dataDir, 'links');
  await mkdir(folder);
  await writeFile(join(folder, 'real.txt'), 'real');
  await symlink('/etc/hostname', join(folder, 'link.txt'));
  await symlink('/etc', join(folder, 'folder'));
  expect((await bring(folder)).stored.map(({ name }) => name)).toEqual(['real.txt']);
  await expect(bring(join(folder, 'link.txt'))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
});

test('nothing there, and no such consultation', async () => {
  await expect(bring(join(server.dataDir, 'nothing'))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  const unknown = crypto.randomUUID() as ConsultationId;
  await expect(bring(made.folder, unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('rule 3: the check of the storage finds what is lost, what is changed and what nobody knows', async () => {
  const check = () => verifyStorage(server.services, signal);
  const before = await check();
  expect(before).toMatchObject({ missing: [], corrupt: [], unlisted: [], unknown: [] });
  expect(before.objects).toBeGreaterThan(10);
  expect(isIntact(before)).toBe(true);

  const [lost, changed] = await server.services.db.material.blobs('', 2);
  const stray = await server.services.blobs.put(Buffer.from('nobody knows me'));
  const pathOf = (sha256: string) => join(server.dataDir, 'blobs', sha256.slice(0, 2), sha256);
  await rm(pathOf(lost!.sha256));
  const path = pathOf(changed!.sha256);
  await chmod(path, 0o640);
  await truncate(path, changed!.sizeBytes - 1);
  const after = await check();
  expect(after).toMatchObject({ missing: [lost!.sha256], corrupt: [changed!.sha256], unknown: [stray.sha256] });
  expect(isIntact(after)).toBe(false);
});
