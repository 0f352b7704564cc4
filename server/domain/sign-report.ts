import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import { AppError } from '#shared/errors.ts';
import type { AnnotationId, ConsultationId } from '#shared/ids.ts';
import { missingForSignature, type SignedReport, type SignedVersion } from '#shared/report/report.ts';
import type { Accounts } from './account-ports.ts';
import { citedIds } from './annotation-citations.ts';
import { type ExpertDesk, openDesk } from './expert-desk.ts';
import { fireEvent } from './fire-event.ts';
import { judgeMaterial, listMaterial } from './judged-material.ts';
import type { Clock, Database, Principal, Repositories } from './ports.ts';
import { staleRevision } from './record-revision.ts';
import { renditionJob } from './rendition-job.ts';
import { toReport } from './report-draft.ts';
import type { StoredReport, StoredVersion } from './report-ports.ts';
import type { Signer } from './signature-ports.ts';
import { handOut } from './signed-versions.ts';

interface SignReportServices {
  readonly db: Database;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'reauthenticate'>;
  readonly signer: Signer;
  /** Tells the worker, after the commit, that there is something to do. */
  readonly wakeJobs: () => void;
}

interface SignReport {
  readonly principal: Principal;
  readonly consultationId: ConsultationId;
  /** The revision the expert has read and means to sign. */
  readonly revision: number;
  readonly password: string;
  readonly totp: string | null;
}

/**
 * Signs the caller's part: freezes it with its findings and cited annotations, hashes the canonical form (RFC 8785),
 * signs it, and moves the consultation; all in one transaction. Of two tabs that sign, one wins.
 * Throws CREDENTIALS_WRONG, REPORT_INCOMPLETE, REVISION_STALE, REPORT_SIGNED, CITATION_UNKNOWN, NOT_ALLOWED.
 */
export async function signReport(
  { db, clock, accounts, signer, wakeJobs }: SignReportServices,
  { principal, consultationId, revision, password, totp }: SignReport,
): Promise<SignedVersion> {
  await accounts.reauthenticate(principal.userId, password, totp);

  const version = await db.transaction(async (repositories) => {
    const desk = await openDesk(repositories, consultationId, principal, 'report.sign');
    const { part } = desk;
    if (part === null) throw new AppError('REPORT_INCOMPLETE', { reason: 'nothing has been written yet' });
    if (part.revision !== revision) throw staleRevision(part.revision, revision, toReport(part, desk.person));

    const signedAt = clock.now().toISOString();
    const report = await freeze(repositories, desk, part, signedAt);
    const signed = seal(report, signer);
    if (!(await repositories.reports.sign(signed, revision))) throw new AppError('REPORT_SIGNED');
    await repositories.consultations.markPartSigned(consultationId, desk.discipline, signedAt);
    await fireEvent({ db: repositories, clock }, { consultationId, event: 'sign', actor: principal, reason: null });
    await repositories.jobs.enqueue({ ...renditionJob(part.id, signed.version), at: signedAt });
    await repositories.audit.append({
      actor: principal,
      action: 'report.sign',
      outcome: 'success',
      consultationId,
      subject: part.id,
      detail: { version: signed.version, sha256: signed.sha256 },
    });
    return handOut(repositories, signed);
  });
  wakeJobs();
  return version;
}

/** The immutable report: everything it says and everything it rests on, as it is now. */
async function freeze(
  repositories: Repositories,
  { consultation, person, discipline }: ExpertDesk,
  part: StoredReport,
  signedAt: string,
): Promise<SignedReport> {
  const { content } = part;
  const { annotations } = repositories;
  const findings = (await annotations.findings.list(consultation.id)).filter(({ author }) => author.id === person.id);
  const missing = missingForSignature(content, consultation.questions, findings);
  if (missing.length > 0) throw new AppError('REPORT_INCOMPLETE', { reason: missing.join('; ') });

  const { id, title, patient, history, workingDiagnosis, questions, referrer } = consultation;
  return {
    schema: 'consilium-report/1',
    reportId: part.id,
    version: 1,
    consultation: {
      id,
      title,
      patient,
      history,
      workingDiagnosis,
      questions: [...questions],
      referrerName: referrer.name,
    },
    discipline,
    author: person,
    meaning: 'author',
    signedAt,
    materials: judgeMaterial(await listMaterial(repositories, consultation.id), content.materialsReviewed),
    findings,
    answers: content.answers,
    impression: content.impression,
    recommendation: content.recommendation,
    annotations: pickCited(findings, citedIds(content), await annotations.list(consultation.id)),
  };
}

/** The cited annotations in the order in which they were made. Throws CITATION_UNKNOWN when one is missing. */
function pickCited(
  findings: readonly Finding[],
  citations: readonly AnnotationId[],
  all: readonly Annotation[],
): Annotation[] {
  const wanted = new Set([...findings.flatMap(({ annotationIds }) => annotationIds), ...citations]);
  const cited = all.filter(({ id }) => wanted.has(id));
  if (cited.length !== wanted.size) throw new AppError('CITATION_UNKNOWN');
  return cited;
}

function seal(report: SignedReport, signer: Signer): StoredVersion {
  const canonical = canonicalize(report);
  if (canonical === undefined) throw new TypeError('a report has a canonical form');
  const bytes = new TextEncoder().encode(canonical);
  return {
    reportId: report.reportId,
    version: report.version,
    consultationId: report.consultation.id,
    canonical,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    signature: signer.sign(bytes),
    publicKey: signer.publicKey,
    signedBy: report.author.id,
    signedAt: report.signedAt,
  };
}
