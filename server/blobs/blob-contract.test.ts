import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBlobContract } from './blob-contract.ts';
import { openFileBlobStore } from './file-system.ts';
import { createS3BlobStore } from './s3.ts';
import { makeTestBucket, testS3Server } from './test-bucket.ts';

describeBlobContract('file system', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blobs-'));
  const store = await openFileBlobStore(folder);
  const where = (hash: string) => join(folder, hash.slice(0, 2), hash);
  return {
    store,
    lose: (sha256) => rm(where(sha256)),
    async spoil(sha256, bytes) {
      await chmod(where(sha256), 0o640);
      await writeFile(where(sha256), bytes);
    },
    litter: () => writeFile(join(folder, 'incoming', 'half-written'), 'x'),
    async close() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

const server = testS3Server('blob contract');
describeBlobContract(
  'S3',
  server &&
    (async () => {
      const bucket = await makeTestBucket(server);
      const store = createS3BlobStore(bucket.settings);
      return {
        store,
        lose: (sha256) => bucket.removeRaw(`blobs/${sha256}`),
        spoil: (sha256, bytes) => bucket.putRaw(`blobs/${sha256}`, Buffer.from(bytes).toString()),
        async litter() {
          await bucket.putRaw('blobs/half-written', 'x');
          await bucket.putRaw('other/thing', 'x');
        },
        async close() {
          await store.close();
          await bucket.drop();
        },
      };
    }),
  'TEST_S3_ENDPOINT is not set',
);
