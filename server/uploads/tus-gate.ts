import { randomUUID } from 'node:crypto';
import { mkdir, stat, statfs } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server } from '@tus/server';
import { displayName } from '#server/domain/display-name.ts';
import { type IngestNeeds, ingestUpload } from '#server/domain/ingest-upload.ts';
import type { Principal } from '#server/domain/ports.ts';
import type { UploadOutcome } from '#shared/api/material.ts';
import { AppError } from '#shared/errors.ts';
import { HashedFiles } from './hashed-files.ts';
import { readUpload, removeUpload, type UploadRecord, uploadIds } from './upload-files.ts';
import type { UploadGate } from './upload-gate.ts';

/** Largest single upload. */
export const MAX_UPLOAD_BYTES = 20 * 1024 ** 3;
const EXPIRY_MS = 3 * 24 * 3600 * 1000;
const LOW_SPACE_BYTES = 64 * 1024 * 1024;

type Caller = Parameters<UploadGate['handle']>[2];

interface Visit extends Caller {
  readonly response: ServerResponse;
}

/**
 * Resumable uploads by tus 1.0 (creation, creation-with-upload, termination). An upload belongs to one
 * consultation and one person; to everybody else it does not exist. When its last byte has arrived it is ingested
 * and the answer carries the outcome; a repeated or interrupted last request finds the same outcome.
 */
export async function createTusGate(options: {
  readonly folder: string;
  readonly needs: IngestNeeds;
  readonly maxBytes?: number;
}): Promise<UploadGate> {
  const { folder, needs } = options;
  const maxBytes = options.maxBytes ?? MAX_UPLOAD_BYTES;
  await mkdir(folder, { recursive: true });
  const files = new HashedFiles(folder);
  const visits = new WeakMap<IncomingMessage, Visit>();
  const ingesting = new Map<string, Promise<UploadOutcome>>();
  // An upload that is being ingested is not stopped by a lost connection: the bytes are here and the outcome counts.
  const untilDone = new AbortController().signal;

  const callerOf = (request: Request): Visit => {
    const node = (request as Request & { runtime?: { node?: { req?: IncomingMessage } } }).runtime?.node?.req;
    const visit = node === undefined ? undefined : visits.get(node);
    if (visit === undefined) throw new Error('an upload request came without its caller');
    return visit;
  };

  const ingest = async (record: UploadRecord, actor: Principal): Promise<UploadOutcome> => {
    const { id, consultationId, name, path, sizeBytes } = record;
    const file = { path, sizeBytes, fingerprint: await files.fingerprint(id, sizeBytes) };
    const outcome = await ingestUpload(
      needs,
      { uploadId: id, subject: id, consultationId, actor, name, file },
      untilDone,
    );
    await discard(id);
    return outcome;
  };

  const discard = async (id: string): Promise<void> => {
    files.forget(id);
    await removeUpload(folder, id);
  };

  const finish = (record: UploadRecord, actor: Principal): Promise<UploadOutcome> => {
    const running = ingesting.get(record.id);
    if (running !== undefined) return running;
    const started = ingest(record, actor).finally(() => ingesting.delete(record.id));
    ingesting.set(record.id, started);
    return started;
  };

  /** The caller's own upload; anybody else's looks like none. */
  const ownUpload = async (id: string, caller: Caller): Promise<UploadRecord | null> => {
    const record = await readUpload(folder, id);
    const own = record?.consultationId === caller.consultationId && record.ownerId === caller.principal.userId;
    return own ? record : null;
  };

  const server = new Server({
    path: '/',
    datastore: files,
    maxSize: maxBytes,
    // Same origin only: no CORS headers.
    allowedOrigins: () => false,
    namingFunction: () => randomUUID(),
    generateUrl: (request, { id }) => `/api/consultations/${callerOf(request).consultationId}/uploads/${id}`,
    async onUploadCreate(request, upload) {
      if (upload.size === undefined) {
        throw new AppError('REQUEST_INVALID', { where: 'Upload-Length', reason: 'is missing' });
      }
      const { consultationId, principal } = callerOf(request);
      const filename = displayName(upload.metadata?.filename ?? 'unnamed');
      return { metadata: { filename, consultation: consultationId, owner: principal.userId } };
    },
    async onIncomingRequest(request, id) {
      if (request.method === 'POST') return;
      if ((await ownUpload(id, callerOf(request))) === null) throw new AppError('NOT_FOUND');
    },
    async onUploadFinish(request, upload) {
      const caller = callerOf(request);
      const record = await ownUpload(upload.id, caller);
      if (record === null) throw new AppError('NOT_FOUND');
      const outcome = await finish(record, caller.principal);
      return {
        status_code: request.method === 'POST' ? 201 : 200,
        headers: { 'Content-Type': 'application/json; charset=utf-8' },
        body: JSON.stringify(outcome),
      };
    },
    async onResponseError(request, error) {
      const refusal = await refusalOf(error, folder, maxBytes);
      if (refusal === null) return undefined;
      if (refusal.status >= 500) needs.reportDefect(error, 'upload');
      if (refusal.retryAfterSeconds !== null) {
        callerOf(request).response.setHeader('Retry-After', refusal.retryAfterSeconds);
      }
      return { status_code: refusal.status, body: bodyOf(refusal) };
    },
  });

  return {
    async handle(request, response, caller) {
      visits.set(request, { ...caller, response });
      try {
        if (request.method === 'HEAD' && (await answerFinished(needs, request, response, caller, finish, ownUpload))) {
          return;
        }
      } catch (error) {
        // The answer is in our hands alone: nobody behind us would end it.
        answerRefusal(response, needs, error);
        return;
      }
      // The store matches ids against the end of the path; nothing else of the address means anything to it.
      await server.handle(request, response);
    },

    async recover() {
      let recovered = 0;
      for (const id of await uploadIds(folder)) {
        const record = await readUpload(folder, id);
        if (record === null || record.receivedBytes !== record.sizeBytes) continue;
        const owner = await needs.db.users.byId(record.ownerId);
        if (owner === null) continue;
        const actor: Principal = { userId: owner.id, name: owner.name, role: owner.role, via: 'session' };
        try {
          await finish(record, actor);
          recovered += 1;
        } catch (error) {
          needs.reportDefect(error, 'recover an upload');
        }
      }
      return recovered;
    },

    async removeExpired() {
      let removed = 0;
      const oldest = needs.clock.now().getTime() - EXPIRY_MS;
      for (const id of await uploadIds(folder)) {
        const record = await readUpload(folder, id);
        const complete = record !== null && record.receivedBytes === record.sizeBytes;
        if (complete || (record !== null && Date.parse(record.createdAt) > oldest)) continue;
        // Without a readable record nobody can come back for it, but it may be in the making this very moment.
        if (record === null && !(await isOld(folder, id, oldest))) continue;
        await discard(id);
        removed += 1;
      }
      return removed;
    },
  };
}

/**
 * A client whose connection broke after the last byte asks how far it got: it is told "all of it", and an upload that
 * has no outcome yet gets it now.
 */
async function answerFinished(
  needs: IngestNeeds,
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
  finish: (record: UploadRecord, actor: Principal) => Promise<UploadOutcome>,
  ownUpload: (id: string, caller: Caller) => Promise<UploadRecord | null>,
): Promise<boolean> {
  const id = (request.url ?? '').split('?')[0]?.split('/').at(-1) ?? '';
  const record = await ownUpload(id, caller);
  let sizeBytes: number;
  if (record !== null) {
    if (record.receivedBytes !== record.sizeBytes) return false;
    sizeBytes = (await finish(record, caller.principal)).sizeBytes;
  } else {
    const outcome = await needs.db.material.outcome(id);
    if (outcome?.consultationId !== caller.consultationId) return false;
    sizeBytes = outcome.sizeBytes;
  }
  response.writeHead(200, {
    'Tus-Resumable': '1.0.0',
    'Cache-Control': 'no-store',
    'Upload-Offset': sizeBytes,
    'Upload-Length': sizeBytes,
  });
  response.end();
  return true;
}

function bodyOf({ code, message, params }: AppError): string {
  return JSON.stringify({ code, message, params });
}

function answerRefusal(response: ServerResponse, needs: IngestNeeds, error: unknown): void {
  const refusal = error instanceof AppError ? error : new AppError('INTERNAL', {}, { cause: error });
  if (refusal.status >= 500) needs.reportDefect(error, 'finish an upload');
  if (refusal.retryAfterSeconds !== null) response.setHeader('Retry-After', refusal.retryAfterSeconds);
  response.writeHead(refusal.status, { 'Tus-Resumable': '1.0.0', 'Cache-Control': 'no-store' });
  response.end();
}

async function isOld(folder: string, id: string, oldest: number): Promise<boolean> {
  for (const name of [id, `${id}.json`]) {
    const found = await stat(`${folder}/${name}`).catch(() => null);
    if (found !== null && found.mtimeMs > oldest) return false;
  }
  return true;
}

/** Turns the store's and our own refusals into the failure body every route gives; null leaves the store's text. */
async function refusalOf(error: unknown, folder: string, maxBytes: number): Promise<AppError | null> {
  if (error instanceof AppError) return error;
  const status = typeof error === 'object' && error !== null && 'status_code' in error ? error.status_code : 500;
  if (status === 413) return new AppError('UPLOAD_TOO_LARGE', { sizeBytes: 'more', limitBytes: maxBytes });
  if (status === 404 || status === 410) return new AppError('NOT_FOUND');
  if (status !== 500) return null;
  const disk = await statfs(folder);
  return disk.bavail * disk.bsize < LOW_SPACE_BYTES ? new AppError('STORAGE_FULL') : new AppError('INTERNAL');
}
