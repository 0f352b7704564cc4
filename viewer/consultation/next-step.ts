import type { Consultation } from '#shared/consultation/consultation.ts';
import { disciplineOf, type Role } from '#shared/consultation/role.ts';

/** What this person does next: a place to go, an event to fire, or nothing but a sentence. */
export interface NextStep {
  readonly title: string;
  readonly sentence: string;
  readonly primary:
    | { readonly word: string; readonly to: string }
    | { readonly word: string; readonly fires: 'accept' }
    | null;
  /** Why the primary button is held back, or null. */
  readonly heldBack: string | null;
  readonly secondary: { readonly word: string; readonly to: string } | null;
}

function step(
  title: string,
  sentence: string,
  rest: Partial<Pick<NextStep, 'primary' | 'heldBack' | 'secondary'>> = {},
): NextStep {
  return { title, sentence, primary: null, heldBack: null, secondary: null, ...rest };
}

function lastNote(consultation: Consultation, event: string): string {
  return consultation.timeline.findLast((entry) => entry.event === event)?.note ?? '';
}

function expertStep(consultation: Consultation, role: Role, base: string): NextStep {
  const own = consultation.assignments.find((assignment) => assignment.discipline === disciplineOf(role));
  const look = { word: 'Open the images', to: `${base}/read` };
  const answer = { word: 'Read the answer', to: `${base}/result` };
  if (consultation.state === 'delivered')
    return step('Answered', 'The answer has been delivered to the referring physician.', {
      primary: answer,
      secondary: look,
    });
  if (own !== undefined && own.signedAt !== null)
    return step('Your part is signed', 'The answer goes out as soon as every assigned expert has signed.', {
      secondary: look,
    });
  return step('Read and answer', 'Read the material, mark what you see and answer each question.', {
    primary: look,
    secondary: { word: 'Write the report', to: `${base}/report` },
  });
}

function coordinatorStep(consultation: Consultation, base: string): NextStep {
  const answer = { word: 'Read the answer', to: `${base}/result` };
  switch (consultation.state) {
    case 'submitted':
      return step('Assign and send', 'Check that the request is complete, choose the experts, then send it.', {
        primary: { word: 'Send to the experts', fires: 'accept' },
        heldBack: consultation.assignments.length === 0 ? 'Choose at least one expert first.' : null,
      });
    case 'ready':
      return step('With the experts', 'Nobody has opened it yet. You may still change who reads it.');
    case 'signed':
      return step('Signed', 'The answer is being delivered.', { primary: answer });
    case 'delivered':
      return step('Answered', 'The referring physician has the answer.', { primary: answer });
    default:
      return step('Being worked on', 'The experts are reading and writing. You may still change who has not signed.');
  }
}

function referrerStep(consultation: Consultation, base: string): NextStep {
  switch (consultation.state) {
    case 'draft':
      return step('Finish and submit', 'This is a draft; nobody else sees it yet.', {
        primary: { word: 'Continue the draft', to: `/consultations/new/${consultation.id}` },
      });
    case 'submitted':
      return step(
        'With the coordinator',
        'The experts are being chosen. You need to do nothing; you may still add material.',
      );
    case 'delivered':
      return step('Your answer is here', 'The experts have signed. Every finding leads back to what they saw.', {
        primary: { word: 'Read the answer', to: `${base}/result` },
      });
    case 'signed':
      return step('Signed', 'The answer is signed and will be here in a moment.');
    default:
      return step('With the experts', 'It is being read. You need to do nothing; you may still add material.');
  }
}

/** The next step of a person on a consultation. Pure: the words and the one primary button of the page. */
export function nextStep(consultation: Consultation, role: Role): NextStep {
  const base = `/consultations/${consultation.id}`;
  if (consultation.state === 'declined')
    return step('Declined', lastNote(consultation, 'decline') || 'It was declined without being read.');
  if (consultation.state === 'cancelled')
    return step('Cancelled', lastNote(consultation, 'cancel') || 'It was cancelled.');
  if (disciplineOf(role) !== null) return expertStep(consultation, role, base);
  if (role === 'coordinator') return coordinatorStep(consultation, base);
  return referrerStep(consultation, base);
}
