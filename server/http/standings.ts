import type { Clock, ConsultationStanding, Principal, Repositories } from '#server/domain/ports.ts';
import type { SubjectKind } from './access.ts';
import { RecentValues } from './recent-values.ts';

/** How long a standing is believed. A change made by this process clears it at once, see `forget`. */
const BELIEVED_MS = 3000;

/** How people stand to the consultations behind a request: tiles and frames come in hundreds and ask once. */
export class Standings {
  readonly #db: Pick<Repositories, 'consultations'>;
  readonly #recent: RecentValues<readonly ConsultationStanding[]>;

  constructor(db: Pick<Repositories, 'consultations'>, clock: Clock) {
    this.#db = db;
    this.#recent = new RecentValues(clock, BELIEVED_MS, 20_000);
  }

  /** Every consultation that holds the subject, whether or not the person may see it. */
  of(principal: Principal, kind: SubjectKind, subjectId: string): Promise<readonly ConsultationStanding[]> {
    return this.#recent.get(`${principal.userId} ${kind} ${subjectId}`, () =>
      this.#db.consultations.standings(principal.userId, kind, subjectId),
    );
  }

  /** As `of`, but only what is remembered from a moment ago; else undefined. */
  known(principal: Principal, kind: SubjectKind, subjectId: string): readonly ConsultationStanding[] | undefined {
    return this.#recent.known(`${principal.userId} ${kind} ${subjectId}`);
  }

  /** State or members of some consultation changed. */
  forget(): void {
    this.#recent.clear();
  }
}
