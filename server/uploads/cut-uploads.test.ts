import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as tus from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { materialPaths, type UploadOutcome, uploadOutcomeSchema } from '#shared/api/material.ts';
import { HashedFiles } from './hashed-files.ts';

const CUTS = 20;
const SIZE_BYTES = 120_000_000;
const CHUNK_BYTES = 5 * 1024 * 1024;

let server: TestServer;
let referrer: SignedIn;
let line: { port: number; cuts: () => number; close(): Promise<void> };

/** A line to the server that breaks after so many bytes, `CUTS` times, each time somewhere else. */
async function openBreakingLine(target: number): Promise<typeof line> {
  let cuts = 0;
  let budget = 1_700_000;
  const open = new Set<Socket>();
  const listener: Server = createServer((client) => {
    const onward = connect(target, '127.0.0.1');
    for (const socket of [client, onward]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('data', (bytes) => {
      budget -= bytes.length;
      if (budget < 0 && cuts < CUTS) {
        cuts += 1;
        budget = 3_000_000 + ((cuts * 977_777) % 4_000_000);
        client.destroy();
        onward.destroy();
        return;
      }
      if (!onward.write(bytes)) {
        client.pause();
        onward.once('drain', () => client.resume());
      }
    });
    onward.pipe(client);
    client.on('end', () => onward.end());
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    cuts: () => cuts,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

beforeAll(async () => {
  server = await startTestServer();
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  referrer = await server.as('referrer');
  line = await openBreakingLine((server.app.server.address() as AddressInfo).port);
}, 60_000);
afterAll(async () => {
  await line.close();
  await server.close();
});

function send(bytes: Buffer, consultationId: string): Promise<UploadOutcome> {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(bytes as unknown as Blob, {
      endpoint: `http://127.0.0.1:${line.port}${materialPaths.uploads(consultationId)}`,
      headers: { cookie: referrer.cookie },
      chunkSize: CHUNK_BYTES,
      metadata: { filename: 'large.svs' },
      retryDelays: Array.from({ length: CUTS + 5 }, () => 5),
      onSuccess: ({ lastResponse }) => resolve(uploadOutcomeSchema.parse(JSON.parse(lastResponse.getBody()))),
      onError: reject,
    });
    upload.start();
  });
}

describe('rule 3: uploads over a line that breaks', () => {
  test(`cut ${CUTS} times, what is stored has the hash of what was sent, and is open at once`, async () => {
    const consultation = await server.draft();
    const path = join(server.dataDir, 'made', 'large.svs');
    await mkdir(join(server.dataDir, 'made'));
    await writeSlide(path, { width: 1000, height: 800, bigTiff: true });
    // Whatever stands behind a TIFF belongs to it; random bytes would tell of a piece in the wrong place.
    const slide = await readFile(path);
    const bytes = Buffer.concat([slide, randomBytes(SIZE_BYTES - slide.length)]);
    const { results } = await send(bytes, consultation.id);
    expect(line.cuts()).toBe(CUTS);
    expect(results).toMatchObject([{ outcome: 'stored', kind: 'slide' }]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const stored = await readFile(join(server.dataDir, 'blobs', sha256.slice(0, 2), sha256));
    expect(stored.equals(bytes)).toBe(true);
    const tile = await referrer.get(materialPaths.tile(results[0]!.slideId!, 0, 0, 0));
    expect(tile.statusCode).toBe(200);
  }, 60_000);
});

describe('the hash of an upload', () => {
  async function* pieces(bytes: Buffer, failAfter = Number.POSITIVE_INFINITY) {
    for (let at = 0; at < bytes.length; at += 70_000) {
      if (at >= failAfter) throw new Error('cut');
      yield bytes.subarray(at, at + 70_000);
    }
  }
  const bytes = randomBytes(1_500_000);
  const expected = { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
  const made = async (name: string) => {
    const folder = join(server.dataDir, name);
    await mkdir(folder);
    await writeFile(join(folder, 'a'), '');
    return folder;
  };
  const stream = (source: AsyncIterable<Uint8Array>) => source as unknown as Parameters<HashedFiles['write']>[0];

  test('goes on behind what reached the file when a piece broke off', async () => {
    const folder = await made('broke-off');
    const files = new HashedFiles(folder);
    await expect(files.write(stream(pieces(bytes, 700_000)), 'a', 0)).rejects.toThrow('cut');
    const { length } = await readFile(join(folder, 'a'));
    expect(length).toBe(700_000);
    expect(await files.write(stream(pieces(bytes.subarray(length))), 'a', length)).toBe(bytes.length);
    expect(await files.fingerprint('a', bytes.length)).toEqual(expected);
  });

  test('is that of the file when another process had begun it', async () => {
    const folder = await made('restarted');
    await new HashedFiles(folder).write(stream(pieces(bytes.subarray(0, 900_000))), 'a', 0);
    const files = new HashedFiles(folder);
    await files.write(stream(pieces(bytes.subarray(900_000))), 'a', 900_000);
    expect(await files.fingerprint('a', bytes.length)).toEqual(expected);
    expect(await new HashedFiles(folder).fingerprint('a', bytes.length)).toEqual(expected);
  });

  test('starts over when the file has less than was hashed', async () => {
    const folder = await made('shorter');
    const files = new HashedFiles(folder);
    await files.write(stream(pieces(bytes.subarray(0, 900_000))), 'a', 0);
    await writeFile(join(folder, 'a'), bytes.subarray(0, 400_000));
    await files.write(stream(pieces(bytes.subarray(400_000))), 'a', 400_000);
    expect(await files.fingerprint('a', bytes.length)).toEqual(expected);
  });
});
