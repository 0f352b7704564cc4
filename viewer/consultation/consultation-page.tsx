import { Skeleton } from '@mantine/core';
import { IconChevronLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { consultationQuery } from '#viewer/api/consultations.ts';
import { materialQuery } from '#viewer/api/material.ts';
import { LoadProblem } from '#viewer/ui/page-problem.tsx';
import { Section } from '#viewer/ui/section.tsx';
import { useNow } from '#viewer/ui/use-now.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import { UploadPanel } from '#viewer/upload/upload-panel.tsx';
import { DueClock } from '#viewer/words/due-clock.tsx';
import { ageAndSex } from '#viewer/words/patient-words.ts';
import { StateBadge } from '#viewer/words/state-words.tsx';
import styles from './consultation-page.module.css';
import { MaterialList } from './material-list.tsx';
import { NextAction } from './next-action.tsx';
import { PageSkeleton } from './page-skeleton.tsx';
import { People, Timeline } from './people-and-timeline.tsx';

function Head({ consultation }: { readonly consultation: Consultation }) {
  const { patient, title, state, dueAt, submittedAt, urgency } = consultation;
  const now = useNow();
  return (
    <header className={styles.head}>
      <Link to="/" className={styles.back ?? ''} aria-label="Back to the list">
        <IconChevronLeft size={18} />
      </Link>
      <div className={styles.headWords}>
        <h1 className={styles.title}>{title}</h1>
        <div className={styles.facts}>
          <span>
            <strong>{patient.initials}</strong> {ageAndSex(patient)}
          </span>
          {patient.reference !== '' && <span>Ref. {patient.reference}</span>}
          <StateBadge state={state} />
          <DueClock dueAt={dueAt} submittedAt={submittedAt} urgency={urgency} now={now} />
        </div>
      </div>
    </header>
  );
}

function Questions({ consultation }: { readonly consultation: Consultation }) {
  const { questions } = consultation;
  return (
    <Section title={questions.length === 1 ? 'Question' : 'Questions'}>
      {questions.length === 0 && <p className={styles.quiet}>No question has been written yet.</p>}
      <ol className={styles.questions}>
        {questions.map(({ id, number, text }) => (
          <li key={id}>
            <span className={styles.number}>{number}</span>
            <span className={styles.prose}>{text}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function History({ consultation }: { readonly consultation: Consultation }) {
  const { history, workingDiagnosis } = consultation;
  if (history === '' && workingDiagnosis === '') return null;
  return (
    <Section title="History">
      {history !== '' && <p className={styles.prose}>{history}</p>}
      {workingDiagnosis !== '' && (
        <p className={styles.prose}>
          <span className={styles.quiet}>Working diagnosis: </span>
          {workingDiagnosis}
        </p>
      )}
    </Section>
  );
}

function MaterialSection({ consultation }: { readonly consultation: Consultation }) {
  const { data: material, error, refetch } = useQuery(materialQuery(consultation.id));
  const canAdd = consultation.actions.includes('material.add');
  const count =
    material === undefined ? 0 : material.studies.length + material.slides.length + material.documents.length;
  return (
    <Section title="Images, slides and documents">
      {material === undefined && error === null && <Skeleton height={90} />}
      {material === undefined && error !== null && <LoadProblem error={error} onRetry={() => void refetch()} />}
      {material !== undefined && count === 0 && <p className={styles.quiet}>Nothing has been added yet.</p>}
      {material !== undefined && count > 0 && (
        <MaterialList material={material} readBase={`/consultations/${consultation.id}/read`} />
      )}
      {canAdd && <UploadPanel consultationId={consultation.id} compact />}
    </Section>
  );
}

/** One consultation: who and when on the left, what in the middle, the next step on the right. */
export function ConsultationPage() {
  const { consultationId = '' } = useParams();
  useTitle('Consultation');
  const { data, error, refetch } = useQuery({ ...consultationQuery(consultationId), refetchInterval: 30_000 });
  if (data === undefined && error !== null) return <LoadProblem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  return (
    <div className={styles.page}>
      <Head consultation={data} />
      <div className={styles.right}>
        <NextAction consultation={data} />
      </div>
      <div className={styles.centre}>
        <Questions consultation={data} />
        <History consultation={data} />
        {data.actions.includes('material.read') && <MaterialSection consultation={data} />}
      </div>
      <div className={styles.left}>
        <People consultation={data} />
        <Timeline entries={data.timeline} />
      </div>
    </div>
  );
}
