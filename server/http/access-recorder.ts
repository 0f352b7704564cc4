import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuditTrail, Clock, Principal } from '#server/domain/ports.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { AuditRule } from './access.ts';
import { subjectOf } from './subject.ts';

/** Refusals of the same person, action and subject within this time are one row. */
const REFUSALS_COALESCE_MS = 60_000;
/** Beyond this many remembered rows the oldest are forgotten, which can only make a row too many. */
const REMEMBERED = 50_000;

interface AccessRow {
  readonly action: string;
  readonly outcome: 'success' | 'refused';
  readonly consultationId: ConsultationId | null;
  readonly coalesceMs: number;
}

/** Writes the audit rows of reading and of being refused; changes write theirs in their own transaction. */
export class AccessRecorder {
  readonly #audit: AuditTrail;
  readonly #clock: Clock;
  readonly #writtenMs = new Map<string, number>();

  constructor(audit: AuditTrail, clock: Clock) {
    this.#audit = audit;
    this.#clock = clock;
  }

  /**
   * Notes a request that its route is about to answer. Nothing is sent before the row is stored; null when there is
   * nothing to wait for.
   */
  answered(request: FastifyRequest, principal: Principal, statusCode: number): Promise<void> | null {
    const { audit } = request.routeOptions.config;
    if (audit === undefined || audit === null || statusCode >= 400) return null;
    return this.#write(request, principal, {
      action: audit.action,
      outcome: 'success',
      consultationId: request.standings[0]?.consultationId ?? null,
      coalesceMs: audit.coalesceMs,
    });
  }

  /** True when the row of such a success was written a moment ago and stands for this one too. */
  covers(
    principal: Principal,
    read: {
      readonly rule: NonNullable<AuditRule>;
      readonly consultationId: ConsultationId | null;
      readonly subject: string;
    },
  ): boolean {
    const { rule, consultationId, subject } = read;
    const last = this.#writtenMs.get(keyOf(principal, rule.action, 'success', consultationId, subject));
    return last !== undefined && this.#clock.now().getTime() - last < rule.coalesceMs;
  }

  async refused(request: FastifyRequest, principal: Principal, consultationId: ConsultationId | null): Promise<void> {
    const { access, audit } = request.routeOptions.config;
    const declared = access === undefined || access.kind === 'public' ? 'request' : access.action;
    await this.#write(request, principal, {
      action: audit?.action ?? declared,
      outcome: 'refused',
      consultationId,
      coalesceMs: REFUSALS_COALESCE_MS,
    });
  }

  #write(request: FastifyRequest, principal: Principal, row: AccessRow): Promise<void> | null {
    const subject = subjectOf(request);
    const now = this.#clock.now().getTime();
    const key = keyOf(principal, row.action, row.outcome, row.consultationId, subject);
    const last = this.#writtenMs.get(key);
    if (last !== undefined && now - last < row.coalesceMs) return null;
    return this.#append(principal, row, subject, key, now);
  }

  async #append(principal: Principal, row: AccessRow, subject: string | null, key: string, now: number): Promise<void> {
    const { action, outcome, consultationId } = row;
    const detail = { via: principal.via };
    await this.#audit.append({ actor: principal, action, outcome, consultationId, subject, detail });
    this.#writtenMs.delete(key);
    if (row.coalesceMs > 0) this.#remember(key, now);
  }

  #remember(key: string, now: number): void {
    if (this.#writtenMs.size >= REMEMBERED) {
      const oldest = this.#writtenMs.keys().next();
      if (oldest.done !== true) this.#writtenMs.delete(oldest.value);
    }
    this.#writtenMs.set(key, now);
  }
}

function keyOf(
  { userId, via }: Principal,
  action: string,
  outcome: string,
  consultationId: ConsultationId | null,
  subject: string | null,
): string {
  return `${userId} ${via} ${action} ${outcome} ${consultationId} ${subject}`;
}

/** Notes every successful answer of a route that declares an audit rule, before its first byte leaves. */
export function recordReads(app: FastifyInstance, recorder: AccessRecorder): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    const { principal } = request;
    // Most answers have no row of their own, and do not wait a turn for that.
    const written = principal === null ? null : recorder.answered(request, principal, reply.statusCode);
    if (written === null) done();
    else written.then(() => done(), done);
  });
}
