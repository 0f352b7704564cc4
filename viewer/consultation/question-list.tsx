import { ActionIcon, Button, Textarea } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useRef } from 'react';
import styles from './intake.module.css';
import { MAX_QUESTIONS, moveQuestion, type QuestionField } from './intake-form.ts';

interface QuestionListProps {
  readonly questions: readonly QuestionField[];
  readonly onChange: (questions: QuestionField[]) => void;
}

/** The numbered questions: each gets its own answer. Enter adds the next one. */
export function QuestionList({ questions, onChange }: QuestionListProps) {
  const listRef = useRef<HTMLOListElement>(null);
  const focus = (index: number) => {
    requestAnimationFrame(() => listRef.current?.querySelectorAll('textarea')[index]?.focus());
  };
  const add = (at: number) => {
    if (questions.length >= MAX_QUESTIONS) return;
    onChange(questions.toSpliced(at, 0, { key: crypto.randomUUID(), text: '' }));
    focus(at);
  };
  return (
    <div className={styles.questions}>
      <ol className={styles.questionList} ref={listRef}>
        {questions.map((question, index) => (
          <li key={question.key} className={styles.question}>
            <span className={styles.number}>{index + 1}</span>
            <Textarea
              aria-label={`Question ${index + 1}`}
              placeholder={index === 0 ? 'Is the lesion in segment VIII benign?' : 'The next question'}
              autosize
              minRows={1}
              maxRows={8}
              maxLength={2000}
              value={question.text}
              onChange={(event) => onChange(questions.with(index, { ...question, text: event.currentTarget.value }))}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.shiftKey) return;
                event.preventDefault();
                add(index + 1);
              }}
            />
            <span className={styles.questionTools}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move question ${index + 1} up`}
                disabled={index === 0}
                onClick={() => onChange(moveQuestion(questions, index, -1))}
              >
                <IconArrowUp size={16} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move question ${index + 1} down`}
                disabled={index === questions.length - 1}
                onClick={() => onChange(moveQuestion(questions, index, 1))}
              >
                <IconArrowDown size={16} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove question ${index + 1}`}
                disabled={questions.length === 1}
                onClick={() => {
                  onChange(questions.toSpliced(index, 1));
                  focus(Math.max(0, index - 1));
                }}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </span>
          </li>
        ))}
      </ol>
      <Button
        className={styles.add ?? ''}
        variant="subtle"
        size="compact-sm"
        leftSection={<IconPlus size={14} />}
        disabled={questions.length >= MAX_QUESTIONS}
        onClick={() => add(questions.length)}
      >
        Add a question
      </Button>
    </div>
  );
}
