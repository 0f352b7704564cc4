import { readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { AppError } from '#shared/errors.ts';

/** Addresses below these are never pages of the viewer. */
const NOT_PAGES = ['api', 'dicom-web', 'healthz', 'readyz'];
const YEAR_MS = 365 * 24 * 3_600_000;

async function listFiles(folder: string): Promise<Set<string>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return new Set(files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set();
    throw error;
  }
}

/**
 * Serves the built viewer. Files below assets/ carry a hash in their name and never change; every address without
 * a file ending is a page of the viewer and gets index.html. Only files present at the start are served.
 */
export async function serveViewer(app: FastifyInstance, folder: string): Promise<void> {
  const files = await listFiles(folder);
  if (files.size > 0) {
    await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, cacheControl: false });
  }
  app.get(
    '/*',
    { config: { access: { kind: 'public' }, audit: null }, schema: { hide: true } },
    async (request, reply) => {
      const path = (request.params as { '*': string })['*'];
      if (NOT_PAGES.includes(path.split('/')[0] ?? '')) throw new AppError('NOT_FOUND');
      if (files.has(path)) {
        const immutable = path.startsWith('assets/');
        void reply.header(
          'cache-control',
          immutable ? `public, max-age=${YEAR_MS / 1000}, immutable` : 'public, max-age=0, must-revalidate',
        );
        return reply.sendFile(path);
      }
      if (extname(path) !== '' || !files.has('index.html')) throw new AppError('NOT_FOUND');
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    },
  );
}
