import { randomUUID } from 'node:crypto';
import type { Person } from '#shared/consultation/consultation.ts';
import { disciplineOf } from '#shared/consultation/role.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, ReportId } from '#shared/ids.ts';
import { emptyContent, type Report, type ReportContent } from '#shared/report/report.ts';
import { citedIds } from './annotation-citations.ts';
import type { StoredConsultation } from './consultation-ports.ts';
import { openDesk } from './expert-desk.ts';
import { fireEvent } from './fire-event.ts';
import { checkReviewed, listMaterial } from './judged-material.ts';
import type { Clock, Database, Principal } from './ports.ts';
import { sameJson, staleRevision } from './record-revision.ts';
import type { StoredReport } from './report-ports.ts';
import { requireAction } from './require-action.ts';
import { requireAnnotations } from './save-finding.ts';

/**
 * The caller's own part: the working copy, signed or not. An expert who may write and has none gets an empty one
 * (revision 0). Throws NOT_ALLOWED for everybody else and once it is too late to write.
 */
export async function loadMyReport(
  { db, clock }: { db: Database; clock: Clock },
  { principal, consultationId }: { principal: Principal; consultationId: ConsultationId },
): Promise<Report> {
  const discipline = disciplineOf(principal.role);
  if (discipline === null) throw new AppError('NOT_ALLOWED');
  return db.transaction(async ({ consultations, reports }) => {
    const consultation = await consultations.load(consultationId);
    if (consultation === null) throw new AppError('NOT_FOUND');
    const author = personOf(principal);
    const stored = await reports.mine(consultationId, principal.userId);
    if (stored !== null) return toReport(stored, author);
    requireAction(consultation, principal, 'report.write');
    await reports.create({
      id: randomUUID() as ReportId,
      consultationId,
      authorId: principal.userId,
      discipline,
      revision: 0,
      content: emptyContent(consultation.questions.map(({ id }) => id)),
      updatedAt: clock.now().toISOString(),
      signedVersion: null,
    });
    // Read back: a second tab may have been faster.
    const made = await reports.mine(consultationId, principal.userId);
    if (made === null) throw new AppError('NOT_FOUND');
    return toReport(made, author);
  });
}

interface SaveReport {
  readonly principal: Principal;
  readonly consultationId: ConsultationId;
  readonly revision: number;
  readonly content: ReportContent;
}

/**
 * Stores the next revision of one's own part; the first save moves the consultation to drafting. A repeated request
 * answers as the first did. Throws NOT_FOUND, NOT_ALLOWED, REPORT_SIGNED, REVISION_STALE, CITATION_UNKNOWN and
 * REQUEST_INVALID (an answer to no question of this consultation, a judgement on foreign material).
 */
export async function saveMyReport(
  { db, clock }: { db: Database; clock: Clock },
  { principal, consultationId, revision, content }: SaveReport,
): Promise<Report> {
  return db.transaction(async (repositories) => {
    const { reports, annotations, audit } = repositories;
    const { consultation, person, part } = await openDesk(repositories, consultationId, principal, 'report.write');
    if (part === null) throw new AppError('NOT_FOUND');
    if (part.revision === revision + 1 && sameJson(part.content, content)) return toReport(part, person);
    if (part.revision !== revision) throw staleRevision(part.revision, revision, toReport(part, person));

    checkAnswers(content, consultation);
    checkReviewed(content.materialsReviewed, await listMaterial(repositories, consultationId));
    await requireAnnotations(annotations, consultationId, citedIds(content));
    const at = clock.now().toISOString();
    if (!(await reports.save(part.id, revision, content, at))) throw staleRevision(revision + 1, revision);
    if (consultation.state !== 'drafting') {
      await fireEvent({ db: repositories, clock }, { consultationId, event: 'write', actor: principal, reason: null });
    }
    await audit.append({
      actor: principal,
      action: 'report.save',
      outcome: 'success',
      consultationId,
      subject: part.id,
      detail: { revision: revision + 1 },
    });
    return toReport({ ...part, content, revision: revision + 1, updatedAt: at }, person);
  });
}

/** The part as it is handed out. `updatedAt` is null while nothing was ever saved. */
export function toReport({ authorId: _, ...stored }: StoredReport, author: Person): Report {
  return { ...stored, author, updatedAt: stored.revision === 0 ? null : stored.updatedAt };
}

function personOf({ userId, name, role }: Principal): Person {
  return { id: userId, name, role };
}

function checkAnswers(content: ReportContent, consultation: StoredConsultation): void {
  const where = 'content.answers';
  const asked = new Set(consultation.questions.map(({ id }) => id));
  for (const { questionId } of content.answers) {
    if (!asked.delete(questionId)) {
      throw new AppError('REQUEST_INVALID', { where, reason: 'must answer each question of this consultation once' });
    }
  }
}
