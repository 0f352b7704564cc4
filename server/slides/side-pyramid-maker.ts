/** Runs the making of a side pyramid in a process of its own, and reads the slide for it. */

import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MadeSidePyramid, SidePyramidMaker } from '#server/domain/side-pyramid-ports.ts';
import { AppError } from '#shared/errors.ts';
import type { SlideLevel } from '#shared/imaging/pyramid.ts';
import type { MakerMessage, MakerOrder } from './side-pyramid-protocol.ts';
import type { ByteSource } from './source.ts';

const MEMORY_MB = 1536;
const WATCH_MS = 1000;
/** A tile takes milliseconds, the rewriting of a flat picture up to two minutes. */
const SILENCE_SECONDS = 180;

export interface MakerOptions {
  readonly open: (sha256: string, signal: AbortSignal) => Promise<ByteSource>;
  /** A new name on the file system of the store. */
  readonly reserve: () => string;
  readonly memoryMb?: number;
  readonly silenceSeconds?: number;
}

/** The maker over a store of objects. */
export function createSidePyramidMaker(options: MakerOptions): SidePyramidMaker {
  return {
    async make(sourceSha256, onProgress, signal) {
      signal.throwIfAborted();
      const folder = options.reserve();
      await mkdir(folder);
      const discard = () => rm(folder, { recursive: true, force: true });
      try {
        const path = join(folder, 'pyramid.tif');
        const levels = await makeApart(options, { sourceSha256, folder, path, onProgress }, signal);
        if (levels === null) await discard();
        return levels === null ? null : ({ path, levels, discard } satisfies MadeSidePyramid);
      } catch (error) {
        await discard();
        throw error;
      }
    },
  };
}

interface Making {
  readonly sourceSha256: string;
  readonly folder: string;
  readonly path: string;
  readonly onProgress: (percent: number) => void;
}

async function makeApart(
  options: MakerOptions,
  { sourceSha256, folder, path, onProgress }: Making,
  signal: AbortSignal,
): Promise<readonly SlideLevel[] | null> {
  const { memoryMb = MEMORY_MB, silenceSeconds = SILENCE_SECONDS } = options;
  const sources: ByteSource[] = [];
  const child = fork(fileURLToPath(new URL('./side-pyramid-worker.ts', import.meta.url)), [], {
    execArgv: [
      `--max-old-space-size=${memoryMb}`,
      ...['--max-semi-space-size=2', '--v8-pool-size=1', '--disable-warning=SecurityWarning'],
      ...['--permission', '--allow-addons', '--allow-fs-read=*', `--allow-fs-write=${folder}/*`],
    ],
    env: { TMPDIR: folder },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let heardAt = performance.now();
  const answer = async (message: MakerMessage & { readonly kind: 'open' | 'read' }): Promise<unknown> => {
    if (message.kind === 'read') return sources[message.object]?.read(message.offset, message.length, signal);
    const source = await options.open(message.sha256 ?? sourceSha256, signal);
    sources.push(source);
    return { object: sources.length - 1, sizeBytes: source.sizeBytes };
  };
  try {
    return await new Promise<readonly SlideLevel[] | null>((resolve, reject) => {
      const leave = (): void => reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      const watch = setInterval(() => {
        if (performance.now() - heardAt > silenceSeconds * 1000) {
          reject(new AppError('READING_TIMEOUT', { seconds: silenceSeconds }));
        }
        void residentMb(child).then((resident) => {
          if (resident > memoryMb) reject(new AppError('READING_MEMORY'));
        });
      }, WATCH_MS);
      void gone.then(() => {
        clearInterval(watch);
        signal.removeEventListener('abort', leave);
      });
      child.on('error', reject);
      child.on('exit', (code, ending) => {
        reject(
          ending === 'SIGABRT' ? new AppError('READING_MEMORY') : new Error(`the maker ended with ${code ?? ending}`),
        );
      });
      child.on('message', (message: MakerMessage) => {
        heardAt = performance.now();
        switch (message.kind) {
          case 'open':
          case 'read':
            answer(message).then(
              (value) => tell(child, { kind: 'answer', id: message.id, value }),
              (error: unknown) => {
                if (error instanceof AppError) {
                  tell(child, { kind: 'refusal', id: message.id, code: error.code, params: error.params });
                } else reject(error);
              },
            );
            return;
          case 'progress':
            return onProgress(Math.floor(message.share * 100));
          case 'made':
            return resolve(message.levels);
          case 'failed':
            return reject(new AppError(message.code, message.params));
          case 'broken':
            return reject(new Error(message.message));
        }
      });
      tell(child, { kind: 'make', path });
    });
  } finally {
    child.kill('SIGKILL');
    await gone;
    await Promise.all(sources.map((source) => source.close()));
  }
}

function tell(child: ChildProcess, order: MakerOrder): void {
  if (child.connected) child.send(order);
}

/** 0 where the system has no /proc: the engine's own limit has to do there. */
async function residentMb(child: ChildProcess): Promise<number> {
  try {
    const [, pages] = (await readFile(`/proc/${child.pid}/statm`, 'latin1')).split(' ');
    return Number(pages) / 256;
  } catch {
    return 0;
  }
}
