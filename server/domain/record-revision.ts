import canonicalize from 'canonicalize';
import type { Person } from '#shared/consultation/consultation.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';
import type { Stored } from './report-ports.ts';

interface AuthoredRecord {
  readonly consultationId: ConsultationId;
  readonly revision: number;
  readonly author: Person;
}

interface Change {
  readonly consultationId: ConsultationId;
  readonly userId: UserId;
  /** The revision the sender changes; 0 for a new record. */
  readonly revision: number;
}

/**
 * Whether a change may go on: `null` for a new record, else the stored one. A record of another consultation looks
 * like a missing one. Throws NOT_FOUND, NOT_ALLOWED for somebody else's, REVISION_STALE with what is stored.
 */
export function recordToChange<T extends AuthoredRecord>(stored: Stored<T> | null, change: Change): T | null {
  if (stored === null) {
    if (change.revision === 0) return null;
    throw new AppError('NOT_FOUND');
  }
  const { record, deletedAt } = stored;
  if (record.consultationId !== change.consultationId) throw new AppError('NOT_FOUND');
  if (record.author.id !== change.userId) throw new AppError('NOT_ALLOWED');
  if (deletedAt !== null || record.revision !== change.revision) {
    throw staleRevision(record.revision, change.revision, deletedAt === null ? record : undefined);
  }
  return record;
}

/**
 * The stored record when `change` repeats the request that made it (its answer was lost on the way), else null.
 * `same` compares what was sent with what is stored.
 */
export function repeatedChange<T extends AuthoredRecord>(
  stored: Stored<T> | null,
  change: Change,
  same: (record: T) => boolean,
): T | null {
  if (stored === null || stored.deletedAt !== null) return null;
  const { record } = stored;
  const applied =
    record.consultationId === change.consultationId &&
    record.author.id === change.userId &&
    record.revision === change.revision + 1;
  return applied && same(record) ? record : null;
}

/** REVISION_STALE with the record the sender should look at first. */
export function staleRevision(current: number, sent: number, record?: unknown): AppError {
  return new AppError('REVISION_STALE', { current, sent }, { current: record });
}

/** True when both values are the same JSON, whatever the order of their members. */
export function sameJson(a: unknown, b: unknown): boolean {
  return canonicalize(a) === canonicalize(b);
}
