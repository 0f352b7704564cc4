import type {
  Assignment,
  Intake,
  Patient,
  Person,
  Question,
  Speciality,
  TimelineEntry,
  Urgency,
} from '#shared/consultation/consultation.ts';
import type { ConsultationState } from '#shared/consultation/lifecycle.ts';
import type { Visibility } from '#shared/consultation/permissions.ts';
import type { Discipline, Membership, Role } from '#shared/consultation/role.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';

/** A consultation as it is stored, without what depends on who asks. */
export interface StoredConsultation {
  readonly id: ConsultationId;
  readonly revision: number;
  readonly state: ConsultationState;
  readonly title: string;
  readonly speciality: Speciality;
  readonly urgency: Urgency;
  readonly patient: Patient;
  readonly history: string;
  readonly workingDiagnosis: string;
  readonly questions: readonly Question[];
  readonly referrer: Person;
  /** At most one a discipline, ordered by discipline. */
  readonly assignments: readonly Assignment[];
  readonly createdAt: string;
  readonly submittedAt: string | null;
  readonly updatedAt: string;
}

/** What the worklist needs besides the consultation: how much material there is. */
export interface ListedConsultation extends StoredConsultation {
  readonly counts: { readonly studies: number; readonly slides: number; readonly documents: number };
}

/** What names a consultation: its own id, or a thing that belongs to it. */
export type ConsultationSubject = 'consultation' | 'slide' | 'document' | 'report' | 'study' | 'series' | 'instance';

/** How one person stands to one consultation that holds the subject asked for. */
export interface StoredStanding {
  readonly consultationId: ConsultationId;
  readonly membership: Membership;
  readonly state: ConsultationState;
}

export interface NewConsultation extends Omit<Intake, 'questions'> {
  readonly id: ConsultationId;
  readonly questions: readonly Question[];
  readonly referrerId: UserId;
  readonly createdAt: string;
}

/**
 * Consultations, their assignments and their timeline. Every method that changes one raises its revision by one,
 * except the timeline and the mark of a signed part, which go with a change of state.
 */
export interface ConsultationRepository {
  /** Stores a draft at revision 1. */
  insert(consultation: NewConsultation): Promise<void>;
  /** The consultation, or null. */
  load(id: ConsultationId): Promise<StoredConsultation | null>;
  /** As `load`, and no other transaction changes it until this one ends. Only inside a transaction. */
  loadForUpdate(id: ConsultationId): Promise<StoredConsultation | null>;
  /** What `userId` may see by `visibility`, newest change first, at most `limit`. */
  list(userId: UserId, visibility: Visibility, limit: number): Promise<ListedConsultation[]>;
  /** How `userId` stands to every consultation that holds the subject, member or not; empty when none does. */
  standings(userId: UserId, kind: ConsultationSubject, subjectId: string): Promise<StoredStanding[]>;
  /** Replaces what the referrer wrote. False when `revision` is not the stored one. */
  saveIntake(
    id: ConsultationId,
    revision: number,
    intake: Omit<Intake, 'questions'> & { readonly questions: readonly Question[] },
    at: string,
  ): Promise<boolean>;
  /** Moves the state; `submittedAt` is written when it is not null. False when `revision` is not the stored one. */
  saveState(
    id: ConsultationId,
    revision: number,
    state: ConsultationState,
    at: string,
    submittedAt: string | null,
  ): Promise<boolean>;
  /** Sets or clears (null) the expert of a discipline. False when `revision` is not the stored one. */
  saveAssignment(
    id: ConsultationId,
    revision: number,
    discipline: Discipline,
    expertId: UserId | null,
    at: string,
  ): Promise<boolean>;
  /** Notes that this expert's part is signed; goes before the event `sign`. */
  markPartSigned(id: ConsultationId, discipline: Discipline, at: string): Promise<void>;
  /** Adds one line to the timeline. */
  addEvent(
    id: ConsultationId,
    entry: {
      readonly at: string;
      readonly actorId: UserId | null;
      readonly actorName: string;
      readonly event: string;
      readonly note: string | null;
    },
  ): Promise<void>;
  /** Oldest first. */
  timeline(id: ConsultationId): Promise<TimelineEntry[]>;
  /** True while no consultation exists at all. */
  isEmpty(): Promise<boolean>;
}

/** A person with an account. */
export interface Account {
  readonly id: UserId;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly twoFactorEnabled: boolean;
}

/** Reading accounts; making and changing them is the account library's work, see account-ports. */
export interface UserDirectory {
  byId(id: UserId): Promise<Account | null>;
  /** E-mail addresses are compared in lower case. */
  byEmail(email: string): Promise<Account | null>;
  /** Everybody with one of the roles, by name. */
  byRoles(roles: readonly Role[]): Promise<Account[]>;
  /** True while nobody has an account. */
  isEmpty(): Promise<boolean>;
}

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** API tokens by the SHA-256 of their secret; the secret itself is never stored. */
export interface TokenRepository {
  insert(token: {
    readonly id: string;
    readonly userId: UserId;
    readonly name: string;
    readonly secretHash: string;
    readonly createdAt: string;
  }): Promise<void>;
  /** The person behind a token that is not revoked, or null. */
  ownerOf(
    secretHash: string,
  ): Promise<{ readonly tokenId: string; readonly lastUsedAt: string | null; readonly owner: Account } | null>;
  /** Notes the use. */
  markUsed(tokenId: string, at: string): Promise<void>;
  /** The person's tokens that are not revoked, newest first. */
  list(userId: UserId): Promise<ApiToken[]>;
  /** False when the person has no such token, or it is revoked already. */
  revoke(userId: UserId, tokenId: string, at: string): Promise<boolean>;
}
