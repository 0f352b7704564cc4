import type { Patient } from '#shared/consultation/consultation.ts';

const SEX = { female: 'F', male: 'M', other: 'X', unknown: '' } as const;

/** "58 F", "M", or nothing: the age is of this year, since only the birth year is kept. */
export function ageAndSex(patient: Patient, now = new Date()): string {
  const age = patient.birthYear === null ? '' : String(Math.max(0, now.getFullYear() - patient.birthYear));
  return [age, SEX[patient.sex]].filter((part) => part !== '').join(' ');
}

/** "A.B. · 58 F". */
export function patientLine(patient: Patient, now = new Date()): string {
  const rest = ageAndSex(patient, now);
  return rest === '' ? patient.initials : `${patient.initials} · ${rest}`;
}
