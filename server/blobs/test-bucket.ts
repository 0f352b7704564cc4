import { randomUUID } from 'node:crypto';
import { createS3Client, type S3Settings } from './s3-client.ts';

/** For tests: buckets of their own on the S3 server that TEST_S3_ENDPOINT and its companions name. */

/** How to reach the server, or null, with a visible line, when the environment names none. */
export function testS3Server(suite: string): Omit<S3Settings, 'bucket'> | null {
  const { TEST_S3_ENDPOINT, TEST_S3_REGION, TEST_S3_ACCESS_KEY, TEST_S3_SECRET_KEY } = process.env;
  if (!TEST_S3_ENDPOINT || !TEST_S3_REGION || !TEST_S3_ACCESS_KEY || !TEST_S3_SECRET_KEY) {
    process.stdout.write(`skipped: "${suite}" on S3, because TEST_S3_ENDPOINT and its companions are not set\n`);
    return null;
  }
  return {
    endpoint: new URL(TEST_S3_ENDPOINT),
    region: TEST_S3_REGION,
    accessKey: TEST_S3_ACCESS_KEY,
    secretKey: TEST_S3_SECRET_KEY,
  };
}

export interface TestBucket {
  readonly settings: S3Settings;
  /** The same as the server reads it from its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Behind the store's back. */
  putRaw(key: string, text: string): Promise<void>;
  removeRaw(key: string): Promise<void>;
  /** Keys in the bucket. */
  keys(): Promise<string[]>;
  /** Multipart uploads nobody completed or gave up. */
  openUploads(): Promise<number>;
  /** Removes the bucket with all it holds. */
  drop(): Promise<void>;
}

export async function makeTestBucket(server: Omit<S3Settings, 'bucket'>): Promise<TestBucket> {
  const settings = { ...server, bucket: `consilium-test-${randomUUID()}` };
  const client = createS3Client(settings);
  const text = (answer: Response) => answer.text();
  await client.send({ method: 'PUT', key: '' }, undefined, text);
  const all = (list: string, tag: string) =>
    [...list.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, value = '']) => value);
  const keys = async () => all(await client.send({ method: 'GET', key: '' }, undefined, text), 'Key');
  const removeRaw = async (key: string) => void (await client.send({ method: 'DELETE', key }, undefined, text));
  const uploads = async () => client.send({ method: 'GET', key: '', query: { uploads: '' } }, undefined, text);
  return {
    settings,
    environment: {
      S3_ENDPOINT: settings.endpoint.href,
      S3_BUCKET: settings.bucket,
      S3_REGION: settings.region,
      S3_ACCESS_KEY: settings.accessKey,
      S3_SECRET_KEY: settings.secretKey,
    },
    async putRaw(key, body) {
      await client.send({ method: 'PUT', key, body }, undefined, text);
    },
    removeRaw,
    keys,
    openUploads: async () => all(await uploads(), 'UploadId').length,
    async drop() {
      const list = await uploads();
      const ids = all(list, 'UploadId');
      for (const [index, key] of all(list, 'Key').entries()) {
        await client.send({ method: 'DELETE', key, query: { uploadId: ids[index] ?? '' } }, undefined, text);
      }
      for (let found = await keys(); found.length > 0; found = await keys()) await Promise.all(found.map(removeRaw));
      await client.send({ method: 'DELETE', key: '' }, undefined, text);
      client.close();
    },
  };
}
