import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { authorColors } from '#shared/annotation/palette.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { useMe } from '#viewer/api/account.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { consultationQuery } from '#viewer/api/consultations.ts';
import { materialQuery } from '#viewer/api/material.ts';
import { useMyReport } from '#viewer/state/my-report.ts';
import { useConsultationRecords } from '#viewer/state/use-records.ts';
import { whenSaved } from '#viewer/state/when-saved.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import { annotationNumbers } from '#viewer/workspace/annotation-words.ts';
import { writePlace } from '#viewer/workspace/view-address.ts';
import { PaperPreview } from './paper-preview.tsx';
import { ReportEditor } from './report-editor.tsx';
import styles from './report-page.module.css';

const NONE: readonly never[] = [];
const silent = () => () => {};
const none = () => NONE;

/** One's own part of the answer on a page of its own. */
export function ReportPage() {
  const { consultationId = '' } = useParams();
  const id = consultationId as ConsultationId;
  const me = useMe();
  const navigate = useNavigate();
  const consultation = useQuery(consultationQuery(id));
  const material = useQuery(materialQuery(id));
  const actions = consultation.data?.actions ?? [];
  const { records, sentence } = useConsultationRecords(id, me, actions.includes('annotation.read'));
  const report = useMyReport(id, actions.includes('annotation.read'));
  const annotations = useSyncExternalStore(
    records?.annotations.subscribe ?? silent,
    records?.annotations.records ?? none,
  );
  const findings = useSyncExternalStore(records?.findings.subscribe ?? silent, records?.findings.records ?? none);
  const show = useCallback(
    ({ target, view }: Annotation) => {
      void navigate(`/consultations/${id}/read?view=${writePlace({ target, view })}`);
    },
    [navigate, id],
  );
  const citable = useMemo(
    () => ({
      annotations,
      numbers: annotationNumbers(annotations),
      colorOf: authorColors(annotations),
      onShow: show,
    }),
    [annotations, show],
  );
  useTitle(consultation.data === undefined ? 'Report' : `Report · ${consultation.data.title}`);
  const problem = consultation.error ?? material.error;
  const problemSentence = problem === null ? (sentence ?? report.sentence) : sentenceOf(problem);
  return (
    <div className={styles.page}>
      <p className={styles.quiet}>
        <Link className={styles.link ?? ''} to={`/consultations/${id}`}>
          Consultation
        </Link>{' '}
        ·{' '}
        <Link className={styles.link ?? ''} to={`/consultations/${id}/read`}>
          Images
        </Link>
      </p>
      <h1 className={styles.title}>{consultation.data?.title ?? 'Report'}</h1>
      {problemSentence !== null && <p role="alert">{problemSentence}</p>}
      {problemSentence === null && consultation.data !== undefined && !actions.includes('annotation.read') && (
        <p className={styles.quiet}>The report is written by the assigned experts.</p>
      )}
      {consultation.data !== undefined && material.data !== undefined && report.store !== null && records !== null ? (
        <div className={styles.columns}>
          <div className={styles.sheet}>
            <ReportEditor
              consultation={consultation.data}
              material={material.data}
              store={report.store}
              findings={findings}
              citable={citable}
              settleRecords={async () => {
                await Promise.all([whenSaved(records.annotations), whenSaved(records.findings)]);
              }}
              onEditFindings={() => void navigate(`/consultations/${id}/read`)}
              onShowPlace={(target, view) =>
                void navigate(`/consultations/${id}/read?view=${writePlace({ target, view })}`)
              }
            />
          </div>
          <PaperPreview
            consultation={consultation.data}
            material={material.data}
            store={report.store}
            findings={findings}
            annotations={annotations}
            onShow={show}
          />
        </div>
      ) : (
        problemSentence === null && <Skeleton height={360} mt="lg" />
      )}
    </div>
  );
}
