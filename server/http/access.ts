import type {} from 'fastify';
import type { ConsultationStanding, Principal } from '#server/domain/ports.ts';
import type { ConsultationAction, GeneralAction } from '#shared/consultation/permissions.ts';

/**
 * What a route declares about itself. A route without a declaration stops the start: nothing is reachable by
 * being forgotten.
 */

/** What names the consultation in a request: its own id, or a thing that belongs to it. */
export type SubjectKind = 'consultation' | 'slide' | 'document' | 'report' | 'study' | 'series' | 'instance';

export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'general'; readonly action: GeneralAction }
  | {
      readonly kind: 'consultation';
      readonly action: ConsultationAction;
      readonly by: SubjectKind;
      /** The parameter that holds the id. */
      readonly param: string;
      /**
       * Where the parameter stands: in the path unless said otherwise; `'query-or-header'` is `?param=` or the header
       * `X-Param`, for services whose paths belong to a standard.
       */
      readonly from?: 'path' | 'query-or-header';
    };

/**
 * How a reading route appears in the audit trail. Reads that come in hundreds (tiles, frames) are one row per
 * person, action and subject in `coalesceMs`; 0 writes a row each time. Routes that change something write their
 * row inside the transaction of the change and declare `null`.
 */
export type AuditRule = { readonly action: string; readonly coalesceMs: number } | null;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    audit?: AuditRule;
  }
  interface FastifyRequest {
    /** Set for every route that is not public. */
    principal: Principal | null;
    /**
     * The consultations through which the request is allowed: one for most subjects, one or more for DICOM
     * studies, series and instances. Empty for general and public routes.
     */
    standings: readonly ConsultationStanding[];
  }
}
