import type { Consultation } from '#shared/consultation/consultation.ts';
import styles from './question-panel.module.css';

/** What the referrer asks and tells, readable beside the images. */
export function QuestionPanel({ consultation }: { readonly consultation: Consultation }) {
  return (
    <div className={styles.panel}>
      <h3 className={styles.heading}>Questions</h3>
      <ol className={styles.questions}>
        {consultation.questions.map((question) => (
          <li key={question.id}>{question.text}</li>
        ))}
      </ol>
      <h3 className={styles.heading}>History</h3>
      <p className={styles.text}>{consultation.history || 'No history was given.'}</p>
      <h3 className={styles.heading}>Working diagnosis</h3>
      <p className={styles.text}>{consultation.workingDiagnosis || 'None was given.'}</p>
      <h3 className={styles.heading}>Asked by</h3>
      <p className={styles.text}>{consultation.referrer.name}</p>
    </div>
  );
}
