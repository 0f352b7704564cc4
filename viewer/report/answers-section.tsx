import { Switch } from '@mantine/core';
import type { Question } from '#shared/consultation/consultation.ts';
import type { ReportContent } from '#shared/report/report.ts';
import { WrittenText } from '#viewer/ui/written-text.tsx';
import { type Citable, CitationField } from './citation-field.tsx';
import styles from './report-editor.module.css';

type Answer = ReportContent['answers'][number];

interface AnswersSectionProps {
  readonly questions: readonly Question[];
  readonly answers: readonly Answer[];
  readonly citable: Citable;
  readonly disabled: boolean;
  readonly onChange: (change: (answers: readonly Answer[]) => Answer[]) => void;
}

/** One answer for every numbered question, or the reason why there is none. */
export function AnswersSection({ questions, answers, citable, disabled, onChange }: AnswersSectionProps) {
  const empty = (questionId: Question['id']): Answer => ({ questionId, text: '', citations: [], unanswerable: false });
  const put = (questionId: Question['id'], part: Partial<Answer>) =>
    onChange((newest) => {
      const known = newest.find((answer) => answer.questionId === questionId) ?? empty(questionId);
      return [...newest.filter((answer) => answer.questionId !== questionId), { ...known, ...part }];
    });
  return (
    <ol className={styles.answers}>
      {questions.map((question) => {
        const answer = answers.find(({ questionId }) => questionId === question.id) ?? empty(question.id);
        return (
          <li key={question.id} className={styles.answer}>
            <p className={styles.question}>
              <b>{question.number}.</b> {question.text}
            </p>
            {disabled ? (
              <p className={styles.written}>
                {answer.unanswerable && <b>Cannot be answered. </b>}
                {answer.text}
              </p>
            ) : (
              <WrittenText
                label={`Answer to question ${question.number}`}
                text={answer.text}
                placeholder={answer.unanswerable ? 'Cannot be answered because …' : 'Answer'}
                maxLength={8000}
                onSave={(text) => put(question.id, { text })}
              />
            )}
            <div className={styles.statementFoot}>
              <CitationField
                citable={citable}
                citations={answer.citations}
                disabled={disabled}
                onChange={(citations) => put(question.id, { citations })}
              />
              {!disabled && (
                <Switch
                  size="xs"
                  label="Cannot be answered"
                  checked={answer.unanswerable}
                  onChange={(event) => put(question.id, { unanswerable: event.currentTarget.checked })}
                />
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
