import type { Consultation, Intake, Patient, Speciality, Urgency } from '#shared/consultation/consultation.ts';

/** One question in the form; the key stays with it while it moves. */
export interface QuestionField {
  readonly key: string;
  readonly text: string;
}

/** What the referrer has typed so far, as text. */
export interface IntakeForm {
  readonly title: string;
  readonly initials: string;
  readonly birthYear: string;
  readonly sex: Patient['sex'];
  readonly reference: string;
  readonly questions: readonly QuestionField[];
  readonly history: string;
  readonly workingDiagnosis: string;
  readonly speciality: Speciality;
  readonly urgency: Urgency;
}

export const MAX_QUESTIONS = 20;

/** An empty form with room for the first question. */
export function emptyForm(key: string): IntakeForm {
  return {
    title: '',
    initials: '',
    birthYear: '',
    sex: 'unknown',
    reference: '',
    questions: [{ key, text: '' }],
    history: '',
    workingDiagnosis: '',
    speciality: 'both',
    urgency: 'routine',
  };
}

/** The form of a stored consultation. */
export function formOf(consultation: Consultation): IntakeForm {
  const { patient } = consultation;
  const questions = consultation.questions.map(({ id, text }): QuestionField => ({ key: id, text }));
  return {
    title: consultation.title,
    initials: patient.initials,
    birthYear: patient.birthYear === null ? '' : String(patient.birthYear),
    sex: patient.sex,
    reference: patient.reference,
    questions: questions.length > 0 ? questions : [{ key: `${consultation.id}-1`, text: '' }],
    history: consultation.history,
    workingDiagnosis: consultation.workingDiagnosis,
    speciality: consultation.speciality,
    urgency: consultation.urgency,
  };
}

/** Why the birth year cannot be kept, or null. An empty one is fine. */
export function birthYearProblem(text: string, thisYear: number): string | null {
  if (text.trim() === '') return null;
  const year = Number(text.trim());
  if (!/^\d{4}$/.test(text.trim()) || year < 1880 || year > thisYear) return `Four digits, 1880 to ${thisYear}`;
  return null;
}

/** A single line: what was pasted with line breaks is joined. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The form as the server takes it. Empty questions are left out; a birth year that is not one is not sent. */
export function toIntake(form: IntakeForm, thisYear: number): Intake {
  const year = form.birthYear.trim();
  return {
    title: oneLine(form.title),
    speciality: form.speciality,
    urgency: form.urgency,
    patient: {
      initials: oneLine(form.initials),
      birthYear: year === '' || birthYearProblem(year, thisYear) !== null ? null : Number(year),
      sex: form.sex,
      reference: oneLine(form.reference),
    },
    history: form.history.trim(),
    workingDiagnosis: form.workingDiagnosis.trim(),
    questions: form.questions.map(({ text }) => ({ text: text.trim() })).filter(({ text }) => text !== ''),
  };
}

/** What a draft needs before the server can keep it. */
export function missingForDraft(form: IntakeForm): string[] {
  const missing: string[] = [];
  if (oneLine(form.title) === '') missing.push('a title');
  if (oneLine(form.initials) === '') missing.push('the patient’s initials');
  if (form.questions.every(({ text }) => text.trim() === '')) missing.push('the first question');
  return missing;
}

/** "a title, the patient’s initials and the first question". */
export function joinWords(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Moves the question at `index` by one place up (-1) or down (1); out of range changes nothing. */
export function moveQuestion(questions: readonly QuestionField[], index: number, step: -1 | 1): QuestionField[] {
  const moved = [...questions];
  const [here, there] = [moved[index], moved[index + step]];
  if (here === undefined || there === undefined) return moved;
  moved[index] = there;
  moved[index + step] = here;
  return moved;
}
