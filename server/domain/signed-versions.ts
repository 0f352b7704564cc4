import { createHash } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, ReportId } from '#shared/ids.ts';
import type { SignedVersion } from '#shared/report/report.ts';
import { signedReportOf } from './annotation-citations.ts';
import type { BlobStore, Repositories } from './ports.ts';
import { renditionJobId } from './rendition-job.ts';
import type { RenditionKind, StoredRendition, StoredVersion } from './report-ports.ts';
import type { Signer } from './signature-ports.ts';

/** Every signed version of the consultation, newest first. Whoever calls this has checked `report.read`. */
export async function listSignedVersions(
  { db }: { db: Repositories },
  consultationId: ConsultationId,
): Promise<SignedVersion[]> {
  const versions: SignedVersion[] = [];
  for (const version of await db.reports.versions(consultationId)) versions.push(await handOut(db, version));
  return versions;
}

/** One signed version. Throws NOT_FOUND. */
export async function loadSignedVersion(
  { db }: { db: Repositories },
  { reportId, version }: { reportId: ReportId; version: number },
): Promise<SignedVersion> {
  return handOut(db, await requireVersion(db, reportId, version));
}

/** A stored version with the state of its files. */
export async function handOut(
  { reports, jobs }: Pick<Repositories, 'reports' | 'jobs'>,
  version: StoredVersion,
): Promise<SignedVersion> {
  const renditions = await reports.renditions(version.reportId, version.version);
  const pdf = renditions.find(({ kind }) => kind === 'pdf');
  const failed =
    pdf === undefined && (await jobs.state(renditionJobId(version.reportId, version.version))) === 'failed';
  const { sha256, signature, publicKey } = version;
  return {
    report: signedReportOf(version),
    sha256,
    signature,
    publicKey,
    renditions: [{ kind: 'pdf', state: pdf ? 'ready' : failed ? 'failed' : 'pending', sha256: pdf?.sha256 ?? null }],
  };
}

/**
 * The bytes of a file made from a signed version. Throws NOT_FOUND for an unknown version or figure and
 * RENDITION_PENDING while the file is not made. `name` is the annotation id of a key image, else ''.
 */
export async function readRendition(
  { db, blobs }: { db: Repositories; blobs: BlobStore },
  { reportId, version, kind, name }: { reportId: ReportId; version: number; kind: RenditionKind; name: string },
  signal: AbortSignal,
): Promise<{ rendition: StoredRendition; bytes: Uint8Array }> {
  const stored = await requireVersion(db, reportId, version);
  if (kind === 'key-image' && !signedReportOf(stored).annotations.some(({ id }) => id === name)) {
    throw new AppError('NOT_FOUND');
  }
  const renditions = await db.reports.renditions(reportId, version);
  const rendition = renditions.find((candidate) => candidate.kind === kind && candidate.name === name);
  if (rendition === undefined) throw new AppError('RENDITION_PENDING');
  const handle = await blobs.open(rendition.sha256, signal);
  try {
    return { rendition, bytes: await handle.read(0, handle.sizeBytes, signal) };
  } finally {
    await handle.close();
  }
}

/** Proves a stored version: its text against its hash, and its signature against its public key. */
export function verifyVersion(signer: Signer, version: StoredVersion): 'intact' | 'hash-differs' | 'signature-wrong' {
  const bytes = new TextEncoder().encode(version.canonical);
  if (createHash('sha256').update(bytes).digest('hex') !== version.sha256) return 'hash-differs';
  return signer.verify(bytes, version.signature, version.publicKey) ? 'intact' : 'signature-wrong';
}

async function requireVersion({ reports }: Pick<Repositories, 'reports'>, reportId: ReportId, version: number) {
  const stored = await reports.version(reportId, version);
  if (stored === null) throw new AppError('NOT_FOUND');
  return stored;
}
