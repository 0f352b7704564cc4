import * as z from 'zod';
import {
  consultationIdSchema,
  eventSchema,
  intakeSchema,
  patientSchema,
  personSchema,
  prose,
  specialitySchema,
  stateSchema,
  urgencySchema,
  userIdSchema,
} from '#shared/consultation/consultation.ts';
import { disciplineSchema } from '#shared/consultation/role.ts';

export const consultationPaths = {
  list: '/api/consultations',
  one: (id: string) => `/api/consultations/${id}`,
  events: (id: string) => `/api/consultations/${id}/events`,
  assignments: (id: string) => `/api/consultations/${id}/assignments`,
  experts: '/api/experts',
} as const;

/** One row of the worklist. */
export const worklistItemSchema = z.object({
  id: consultationIdSchema,
  title: z.string(),
  state: stateSchema,
  urgency: urgencySchema,
  speciality: specialitySchema,
  patient: patientSchema,
  firstQuestion: z.string().nullable(),
  questionCount: z.int(),
  referrerName: z.string(),
  experts: z.array(z.object({ discipline: disciplineSchema, name: z.string(), signed: z.boolean() })),
  counts: z.object({ studies: z.int(), slides: z.int(), documents: z.int() }),
  /** Who has to act next. */
  holder: z.enum(['referrer', 'coordinator', 'expert', 'nobody']),
  createdAt: z.string(),
  submittedAt: z.string().nullable(),
  dueAt: z.string().nullable(),
  updatedAt: z.string(),
});
export type WorklistItem = z.infer<typeof worklistItemSchema>;

/** GET /api/consultations: what the caller may see, newest change first. */
export const worklistSchema = z.object({ items: z.array(worklistItemSchema) });

/** POST /api/consultations → 201 with the consultation. */
export const createConsultationSchema = intakeSchema;

/** PATCH /api/consultations/{id}: the whole intake at the revision the form was read at. */
export const editConsultationSchema = z.object({ revision: z.int(), intake: intakeSchema });

/** POST /api/consultations/{id}/events → 200 with the consultation after the event. */
export const fireEventSchema = z.object({ event: eventSchema, revision: z.int(), reason: prose(1000).nullable() });

/** PUT /api/consultations/{id}/assignments → 200: sets or clears (null) the expert of one discipline. */
export const assignSchema = z.object({
  discipline: disciplineSchema,
  expertId: userIdSchema.nullable(),
  revision: z.int(),
});

/** GET /api/experts: the people a coordinator may assign. */
export const expertsSchema = z.object({ experts: z.array(personSchema.extend({ discipline: disciplineSchema })) });
