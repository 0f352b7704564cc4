import type { Person } from '#shared/consultation/consultation.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { openDesk } from './expert-desk.ts';
import type { Clock, Database, Principal, Repositories } from './ports.ts';
import { recordToChange, repeatedChange, staleRevision } from './record-revision.ts';
import type { RecordStore } from './report-ports.ts';

/** What every record of one author has. */
export interface OwnRecord {
  readonly id: string;
  readonly consultationId: ConsultationId;
  readonly revision: number;
  readonly author: Person;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Which records are meant: where they are, and how audit rows call them. */
export interface RecordKind<T extends OwnRecord> {
  readonly name: string;
  readonly store: (repositories: Repositories) => RecordStore<T, T['id']>;
}

interface Place<T extends OwnRecord> {
  readonly principal: Principal;
  readonly consultationId: ConsultationId;
  readonly id: T['id'];
  /** The revision that is changed; 0 for a new record. */
  readonly revision: number;
}

interface SaveOwn<T extends OwnRecord> extends Place<T> {
  /** True when a stored record says what this request says: it is then the answer to the first one again. */
  readonly same: (record: T) => boolean;
  /** The record of what was sent; `previous` is null for a new one. Throws to refuse the change. */
  readonly make: (own: OwnRecord & { readonly id: T['id'] }, previous: T | null) => T;
}

/**
 * Stores a new record or the next revision of one's own, with its audit row.
 * Throws REVISION_STALE, NOT_FOUND, NOT_ALLOWED, REPORT_SIGNED, and what `make` throws.
 */
export async function saveOwnRecord<T extends OwnRecord>(
  { db, clock }: { db: Database; clock: Clock },
  { name, store }: RecordKind<T>,
  { principal, consultationId, id, revision, same, make }: SaveOwn<T>,
): Promise<T> {
  return db.transaction(async (repositories) => {
    const desk = await openDesk(repositories, consultationId, principal, 'annotation.write');
    const records = store(repositories);
    const stored = await records.one(id);
    const change = { consultationId, userId: principal.userId, revision };
    const repeated = repeatedChange(stored, change, same);
    if (repeated !== null) return repeated;
    const previous = recordToChange(stored, change);
    const at = clock.now().toISOString();
    const own = { id, consultationId, revision: revision + 1, author: desk.person, updatedAt: at };
    const record = make({ ...own, createdAt: previous?.createdAt ?? at }, previous);
    const written = await records.write(record, previous === null ? 'create' : 'update');
    if (!written) throw staleRevision(revision + 1, revision);
    await repositories.audit.append({
      actor: principal,
      action: `${name}.${previous === null ? 'create' : 'change'}`,
      outcome: 'success',
      consultationId,
      subject: id,
      detail: { revision: record.revision },
    });
    return record;
  });
}

/** Deletes a record of one's own; its history stays. Throws NOT_FOUND, NOT_ALLOWED, REVISION_STALE, REPORT_SIGNED. */
export async function deleteOwnRecord<T extends OwnRecord>(
  { db, clock }: { db: Database; clock: Clock },
  { name, store }: RecordKind<T>,
  { principal, consultationId, id, revision }: Place<T>,
): Promise<void> {
  await db.transaction(async (repositories) => {
    await openDesk(repositories, consultationId, principal, 'annotation.write');
    const records = store(repositories);
    const previous = recordToChange(await records.one(id), { consultationId, userId: principal.userId, revision });
    if (previous === null) throw new AppError('NOT_FOUND');
    const record: T = { ...previous, revision: revision + 1, updatedAt: clock.now().toISOString() };
    if (!(await records.write(record, 'delete'))) throw staleRevision(revision + 1, revision);
    await repositories.audit.append({
      ...{ actor: principal, action: `${name}.delete`, outcome: 'success', consultationId, subject: id },
    });
  });
}
