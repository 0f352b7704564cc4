import { describe, expect, test } from 'vitest';
import { intakeSchema } from '#shared/consultation/consultation.ts';
import { birthYearProblem, emptyForm, joinWords, missingForDraft, moveQuestion, toIntake } from './intake-form.ts';

const form = { ...emptyForm('q1'), title: 'Nodule', initials: 'A.B.', questions: [{ key: 'q1', text: 'Benign?' }] };

describe('the request as it is typed', () => {
  test('becomes an intake the server takes, line breaks pasted into single lines joined', () => {
    const intake = toIntake({ ...form, title: ' Liver\r\nlesion ', birthYear: '1968' }, 2026);
    expect(intakeSchema.parse(intake)).toMatchObject({ title: 'Liver lesion', patient: { birthYear: 1968 } });
  });

  test('leaves out empty questions and keeps the order of the others', () => {
    const questions = ['', 'First', '  ', 'Second'].map((text, index) => ({ key: String(index), text }));
    expect(toIntake({ ...form, questions }, 2026).questions).toEqual([{ text: 'First' }, { text: 'Second' }]);
  });

  test.each(['19', '1879', '2027', '19a8', '-1968'])('does not send %s as a birth year', (birthYear) => {
    expect(birthYearProblem(birthYear, 2026)).not.toBeNull();
    expect(toIntake({ ...form, birthYear }, 2026).patient.birthYear).toBeNull();
  });

  test('says what a draft still needs', () => {
    expect(missingForDraft(form)).toEqual([]);
    const words = missingForDraft({ ...emptyForm('q1'), title: '  ' });
    expect(joinWords(words)).toBe('a title, the patient’s initials and the first question');
  });

  test('moves a question and refuses to move it out of the list', () => {
    const questions = ['a', 'b', 'c'].map((key) => ({ key, text: key }));
    const keys = (moved: typeof questions) => moved.map(({ key }) => key).join('');
    expect(keys(moveQuestion(questions, 2, -1))).toBe('acb');
    expect(keys(moveQuestion(questions, 0, -1))).toBe('abc');
    expect(keys(moveQuestion(questions, 2, 1))).toBe('abc');
  });
});
