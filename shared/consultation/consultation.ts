import * as z from 'zod';
import { uuidSchema } from '#shared/id-schemas.ts';
import type { ConsultationId, QuestionId, UserId } from '#shared/ids.ts';
import { EVENTS, STATES } from './lifecycle.ts';
import { CONSULTATION_ACTIONS } from './permissions.ts';
import { disciplineSchema, roleSchema } from './role.ts';

/** Text a person typed: trimmed by the form, bounded here, NUL refused because neither database stores it alike. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is refused
const NO_BREAKS = /^[^\u0000\r\n]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is refused
const NO_NUL = /^[^\u0000]*$/;
export const line = (max: number) => z.string().max(max).regex(NO_BREAKS);
export const prose = (max: number) => z.string().max(max).regex(NO_NUL);

export const consultationIdSchema = uuidSchema<ConsultationId>();
export const questionIdSchema = uuidSchema<QuestionId>();
export const userIdSchema = z.string().min(1).max(64) as unknown as z.ZodType<UserId, UserId>;

export const URGENCIES = ['routine', 'urgent', 'stat'] as const;
export const urgencySchema = z.enum(URGENCIES);
export type Urgency = z.infer<typeof urgencySchema>;

export const SPECIALITIES = ['radiology', 'pathology', 'both'] as const;
export const specialitySchema = z.enum(SPECIALITIES);
export type Speciality = z.infer<typeof specialitySchema>;

/** The patient as the pages show him: enough to keep two apart, no more. */
export const patientSchema = z.object({
  initials: line(8).min(1),
  birthYear: z.int().min(1880).max(2100).nullable(),
  sex: z.enum(['female', 'male', 'other', 'unknown']),
  /** The referrer's own record number; never used as a key. */
  reference: line(64),
});
export type Patient = z.infer<typeof patientSchema>;

export const questionSchema = z.object({
  id: questionIdSchema,
  number: z.int().min(1).max(20),
  text: prose(2000).min(1),
});
export type Question = z.infer<typeof questionSchema>;

/** What the referrer writes. */
export const intakeSchema = z.object({
  title: line(200).min(1),
  speciality: specialitySchema,
  urgency: urgencySchema,
  patient: patientSchema,
  history: prose(20_000),
  workingDiagnosis: prose(4000),
  questions: z.array(z.object({ text: prose(2000).min(1) })).max(20),
});
export type Intake = z.infer<typeof intakeSchema>;

export const personSchema = z.object({ id: userIdSchema, name: z.string(), role: roleSchema });
export type Person = z.infer<typeof personSchema>;

export const assignmentSchema = z.object({
  discipline: disciplineSchema,
  expert: personSchema,
  assignedAt: z.string(),
  /** When this expert's part was signed; null while it is not. */
  signedAt: z.string().nullable(),
});
export type Assignment = z.infer<typeof assignmentSchema>;

export const stateSchema = z.enum(STATES);
export const eventSchema = z.enum(EVENTS);

/** One line of the timeline: who did what, when. */
export const timelineEntrySchema = z.object({
  at: z.string(),
  actorName: z.string(),
  event: z.string(),
  note: z.string().nullable(),
});
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

export const consultationSchema = z.object({
  id: consultationIdSchema,
  revision: z.int(),
  state: stateSchema,
  title: z.string(),
  speciality: specialitySchema,
  urgency: urgencySchema,
  patient: patientSchema,
  history: z.string(),
  workingDiagnosis: z.string(),
  questions: z.array(questionSchema),
  referrer: personSchema,
  assignments: z.array(assignmentSchema),
  createdAt: z.string(),
  submittedAt: z.string().nullable(),
  /** When the answer is due by urgency; null before submission and after delivery. */
  dueAt: z.string().nullable(),
  timeline: z.array(timelineEntrySchema),
  /** What the person asking may do now, by the same table the server enforces. */
  actions: z.array(z.enum(CONSULTATION_ACTIONS)),
  events: z.array(eventSchema),
});
export type Consultation = z.infer<typeof consultationSchema>;

/** Hours from submission to the answer, by urgency. */
export const DUE_HOURS: Readonly<Record<Urgency, number>> = { routine: 72, urgent: 24, stat: 4 };
