import * as z from 'zod';

/** What a person may be. One person has one role; an expert's discipline follows from it. */
export const ROLES = ['referrer', 'coordinator', 'radiologist', 'pathologist', 'admin', 'auditor'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

export const DISCIPLINES = ['radiology', 'pathology'] as const;
export const disciplineSchema = z.enum(DISCIPLINES);
export type Discipline = z.infer<typeof disciplineSchema>;

/** The discipline an expert role reads in; null for everybody else. */
export function disciplineOf(role: Role): Discipline | null {
  if (role === 'radiologist') return 'radiology';
  if (role === 'pathologist') return 'pathology';
  return null;
}

/** How a person stands to one consultation. */
export const MEMBERSHIPS = ['referrer', 'expert', 'none'] as const;
export type Membership = (typeof MEMBERSHIPS)[number];
