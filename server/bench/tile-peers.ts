import { spawn } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LargeSlide, LargeSlideLevel } from '#fixtures/large-slide.ts';
import { assembleJpegTile, jpegPrefix } from '#server/codecs/jpeg-assembly.ts';
import { firstThere, freePort, type PeerServer, peerOf, startNginx, waitForAnswer } from './peers.ts';
import type { BenchProcesses } from './tile-rounds.ts';

/** Other servers of slide tiles, each with the same slide; null where one is not installed. */

export interface TilePeer extends PeerServer {
  /** Address of a tile of full resolution. */
  tile(column: number, row: number): string;
  readonly processes: readonly BenchProcesses[];
}

const IIPSRV = ['/usr/lib/iipimage-server/iipsrv.fcgi'];
const PYTHON = ['/usr/bin/python3'];
/** Folders of many thousand files are slow on some file systems. */
const FILES_A_FOLDER = 256;

/**
 * nginx with one worker that sends each tile of full resolution as a file of its own, which holds exactly the bytes we
 * answer with.
 */
export async function startStaticTiles(folder: string, slide: LargeSlide): Promise<TilePeer | null> {
  const files = join(folder, 'files');
  await writeTileFiles(files, slide);
  const nginx = await startNginx(files, join(folder, 'nginx'));
  if (nginx === null) return null;
  const { columns } = baseOf(slide);
  return {
    ...nginx,
    name: 'nginx, files',
    processes: [nginx],
    tile: (column, row) => `/${placeOf(row * columns + column)}`,
  };
}

/** Debian's iipsrv, one process, behind nginx as its documentation has it; it re-encodes each tile. */
export async function startIipsrv(folder: string, slide: LargeSlide): Promise<TilePeer | null> {
  const binary = await firstThere(IIPSRV);
  if (binary === null) return null;
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const child = spawn(binary, ['--bind', `127.0.0.1:${port}`], {
    env: { ...process.env, LOGFILE: join(folder, 'iipsrv.log'), VERBOSITY: '0', MAX_IMAGE_CACHE_SIZE: '10' },
    stdio: 'ignore',
  });
  const nginx = await startNginx(folder, join(folder, 'nginx'), {
    locations: `location /fcgi { fastcgi_pass 127.0.0.1:${port};
      ${['QUERY_STRING', 'REQUEST_METHOD', 'CONTENT_TYPE', 'CONTENT_LENGTH'].map((name) => `fastcgi_param ${name} $${name.toLowerCase()};`).join(' ')} }`,
  });
  const iipsrv = peerOf(child, { name: 'iipsrv', base: '', headers: {} });
  if (nginx === null) {
    await iipsrv.stop();
    return null;
  }
  const { columns } = baseOf(slide);
  const finest = slide.levels.length - 1;
  return {
    ...nginx,
    name: 'iipsrv',
    processes: [iipsrv, nginx],
    tile: (column, row) => `/fcgi?FIF=${slide.path}&JTL=${finest},${row * columns + column}`,
    async stop() {
      await nginx.stop();
      await iipsrv.stop();
    },
  };
}

/** OpenSlide's DeepZoomGenerator behind Python's own server: what its example does, with connections kept open. */
const DEEP_ZOOM = `
import io, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import openslide
from openslide.deepzoom import DeepZoomGenerator
slide = openslide.OpenSlide(sys.argv[1])
zoom = DeepZoomGenerator(slide, tile_size=int(sys.argv[3]), overlap=0)
class Tiles(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        if self.path == '/':
            body = b'ready'
        else:
            column, row = self.path[1:].split('_')
            out = io.BytesIO()
            zoom.get_tile(zoom.level_count - 1, (int(column), int(row))).save(out, 'jpeg', quality=75)
            body = out.getvalue()
        self.send_response(200)
        self.send_header('Content-Type', 'image/jpeg')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
Tiles.wbufsize = -1
Tiles.disable_nagle_algorithm = True
Server(('127.0.0.1', int(sys.argv[2])), Tiles).serve_forever()
`;

export async function startDeepZoom(folder: string, slide: LargeSlide): Promise<TilePeer | null> {
  const python = await firstThere(PYTHON);
  if (python === null || !(await hasOpenSlide(python))) return null;
  await mkdir(folder, { recursive: true });
  const script = join(folder, 'deep-zoom.py');
  await writeFile(script, DEEP_ZOOM);
  const port = await freePort();
  const child = spawn(python, [script, slide.path, String(port), String(slide.tile)], { stdio: 'ignore' });
  const peer = peerOf(child, { name: 'OpenSlide DeepZoom', base: `http://127.0.0.1:${port}`, headers: {} });
  await waitForAnswer(peer, '/', child);
  return { ...peer, processes: [peer], tile: (column, row) => `/${column}_${row}` };
}

async function hasOpenSlide(python: string): Promise<boolean> {
  const probe = spawn(python, ['-c', 'import openslide.deepzoom'], { stdio: 'ignore' });
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.once('exit', (code) => resolve(code === 0));
  });
}

async function writeTileFiles(folder: string, slide: LargeSlide): Promise<void> {
  const { tiles } = baseOf(slide);
  const size = { width: slide.tile, height: slide.tile };
  const prefix = jpegPrefix({ transform: 1, tables: slide.jpegTables });
  const handle = await open(slide.path, 'r');
  try {
    for (let from = 0; from < tiles.length; from += FILES_A_FOLDER) {
      await mkdir(join(folder, String(from / FILES_A_FOLDER)), { recursive: true });
      await Promise.all(
        tiles.slice(from, from + FILES_A_FOLDER).map(async ({ offset, byteCount }, at) => {
          const { buffer } = await handle.read(Buffer.allocUnsafe(byteCount), 0, byteCount, offset);
          await writeFile(join(folder, placeOf(from + at)), assembleJpegTile(prefix, buffer, size));
        }),
      );
    }
  } finally {
    await handle.close();
  }
}

function placeOf(index: number): string {
  return `${Math.floor(index / FILES_A_FOLDER)}/${index % FILES_A_FOLDER}.jpg`;
}

function baseOf(slide: LargeSlide): LargeSlideLevel {
  const [base] = slide.levels;
  if (base === undefined) throw new TypeError('A slide has at least one level.');
  return base;
}
