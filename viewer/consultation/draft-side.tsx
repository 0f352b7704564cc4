import { Button, UnstyledButton } from '@mantine/core';
import {
  IconAlertCircle,
  IconCheck,
  IconCircle,
  IconCircleCheck,
  IconCloudOff,
  IconLoader2,
} from '@tabler/icons-react';
import { formatTime } from '#viewer/ui/dates.ts';
import type { DraftState } from './draft-keeper.ts';
import styles from './draft-side.module.css';
import type { IntakeForm } from './intake-form.ts';

interface Step {
  readonly section: string;
  readonly word: string;
  readonly done: boolean;
  readonly note: string;
}

/** Where the form stands, section by section. */
export function stepsOf(form: IntakeForm, materialCount: number): Step[] {
  const asked = form.questions.filter(({ text }) => text.trim() !== '').length;
  return [
    { section: 'patient', word: 'Patient', done: form.initials.trim() !== '', note: form.initials.trim() },
    { section: 'questions', word: 'Questions', done: asked > 0, note: asked > 0 ? String(asked) : '' },
    { section: 'history', word: 'History', done: form.history.trim() !== '', note: '' },
    { section: 'expertise', word: 'Speciality and urgency', done: true, note: '' },
    {
      section: 'material',
      word: 'Images and documents',
      done: materialCount > 0,
      note: materialCount > 0 ? String(materialCount) : '',
    },
  ];
}

/** Scrolls by hand: a link with a hash would be a navigation, and the form must not be left. */
function goTo(section: string): void {
  const target = document.getElementById(section);
  target?.scrollIntoView({ block: 'start' });
  target?.querySelector<HTMLElement>('input, textarea, button')?.focus({ preventScroll: true });
}

function SavedLine({ state }: { readonly state: DraftState }) {
  const { status, savedAt, reason } = state;
  if (status === 'late')
    return (
      <div className={styles.saved} data-tone="attention" role="status">
        <IconCloudOff size={14} /> Not saved yet: the server does not answer. It is tried again.
      </div>
    );
  if (status === 'refused')
    return (
      <div className={styles.saved} data-tone="critical" role="alert">
        <IconAlertCircle size={14} /> Not saved: {reason}
      </div>
    );
  if (status === 'saving' || status === 'dirty')
    return (
      <div className={styles.saved} role="status">
        <IconLoader2 size={14} /> Saving…
      </div>
    );
  if (savedAt !== null)
    return (
      <div className={styles.saved} role="status">
        <IconCheck size={14} /> Saved {formatTime(savedAt)}
      </div>
    );
  if (status === 'saved')
    return (
      <div className={styles.saved} role="status">
        <IconCheck size={14} /> Saved
      </div>
    );
  return <div className={styles.saved}>Kept as a draft as soon as there is a title, initials and a question.</div>;
}

interface DraftSideProps {
  readonly state: DraftState;
  readonly materialCount: number;
  /** What has to be done before it can be submitted, as a sentence; null when nothing. */
  readonly missing: string | null;
  /** Said beside the button without holding it back. */
  readonly note: string | null;
  readonly submitting: boolean;
  readonly refusal: string | null;
  readonly onSubmit: () => void;
}

/** Progress, the saved line and the one primary button. */
export function DraftSide({ state, materialCount, missing, note, submitting, refusal, onSubmit }: DraftSideProps) {
  return (
    <aside className={styles.side} aria-label="Progress">
      <ul className={styles.steps}>
        {stepsOf(state.form, materialCount).map(({ section, word, done, note: count }) => (
          <li key={section}>
            <UnstyledButton className={styles.step} data-done={done} onClick={() => goTo(section)}>
              {done ? <IconCircleCheck size={16} /> : <IconCircle size={16} />}
              {word}
              <span className={styles.stepNote}>{count}</span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      <div className={styles.submit}>
        <Button disabled={missing !== null} loading={submitting} onClick={onSubmit}>
          Submit
        </Button>
        {missing !== null && <p className={styles.missing}>{missing}</p>}
        {missing === null && note !== null && <p className={styles.missing}>{note}</p>}
        {refusal !== null && (
          <p className={styles.refused} role="alert">
            {refusal}
          </p>
        )}
        <SavedLine state={state} />
      </div>
    </aside>
  );
}
