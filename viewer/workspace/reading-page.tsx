import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link, useParams } from 'react-router';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { useMe } from '#viewer/api/account.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { consultationQuery, fireEvent } from '#viewer/api/consultations.ts';
import { materialQuery } from '#viewer/api/material.ts';
import { useMyReport } from '#viewer/state/my-report.ts';
import { preferencesQuery } from '#viewer/state/preferences.ts';
import { useConsultationRecords } from '#viewer/state/use-records.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import styles from './reading-page.module.css';
import { ReadingRoom } from './reading-room.tsx';

/** Opening the images is the moment a reading begins; it is told once. */
function useReadEvent(consultation: Consultation | undefined): void {
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (consultation === undefined || told.current === consultation.id || !consultation.events.includes('read')) return;
    told.current = consultation.id;
    fireEvent(consultation.id, { event: 'read', revision: consultation.revision, reason: null }).catch(() => {
      // Somebody else moved the consultation first: the next look at it says how it stands.
    });
  }, [consultation]);
}

/** The images of a consultation, with tools, annotations, findings and the report beside them. */
export function ReadingPage() {
  const { consultationId = '' } = useParams();
  const id = consultationId as ConsultationId;
  const me = useMe();
  const consultation = useQuery(consultationQuery(id));
  const material = useQuery(materialQuery(id));
  // How the images hang must be known before the first one opens; without an answer it is as it comes.
  const preferences = useQuery({ ...preferencesQuery, retry: false });
  const actions = consultation.data?.actions ?? [];
  const records = useConsultationRecords(id, me, actions.includes('annotation.read'));
  const isExpert = me.role === 'radiologist' || me.role === 'pathologist';
  const report = useMyReport(id, isExpert && actions.includes('report.read'));
  useReadEvent(consultation.data);
  useTitle(consultation.data?.title ?? 'Reading');
  const problem = consultation.error ?? material.error;
  const sentence = problem === null ? records.sentence : sentenceOf(problem);
  if (sentence !== null) {
    return (
      <div className={styles.problem}>
        <p role="alert">{sentence}</p>
        <Link to={`/consultations/${id}`}>Back to the consultation</Link>
      </div>
    );
  }
  if (consultation.data === undefined || material.data === undefined || preferences.isPending) {
    return (
      <div className={styles.problem}>
        <Loader size="sm" color="gray" aria-label="Opening the images" />
      </div>
    );
  }
  return (
    <ReadingRoom
      key={id}
      consultation={consultation.data}
      material={material.data}
      records={records.records}
      report={report.store}
    />
  );
}
