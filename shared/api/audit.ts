import * as z from 'zod';

export const auditPaths = { list: '/api/audit' } as const;

/** One row of the audit trail. `hash` covers the row and the hash before it. */
export const auditRowSchema = z.object({
  sequence: z.int(),
  at: z.string(),
  actorId: z.string().nullable(),
  actorRole: z.string().nullable(),
  action: z.string(),
  outcome: z.enum(['success', 'refused', 'failure']),
  consultationId: z.string().nullable(),
  subject: z.string().nullable(),
  hash: z.string(),
});
export type AuditRow = z.infer<typeof auditRowSchema>;

/** GET /api/audit?consultationId=&before=&limit= : newest first. */
export const auditQuerySchema = z.object({
  consultationId: z.string().max(64).optional(),
  before: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});
export const auditPageSchema = z.object({ rows: z.array(auditRowSchema) });
