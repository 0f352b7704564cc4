import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { authorColors } from '#shared/annotation/palette.ts';
import type { AnnotationId } from '#shared/ids.ts';
import { reportDocument } from '#shared/report/blocks.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { consultationQuery } from '#viewer/api/consultations.ts';
import { signedVersionsQuery } from '#viewer/api/reports.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import { patientLine } from '#viewer/words/patient-words.ts';
import { Cited } from './report-blocks.tsx';
import { figureNumbers, newestParts, readingOrder } from './result-order.ts';
import styles from './result-page.module.css';
import { disciplineWord, ResultPart } from './result-part.tsx';
import { ShownFigure } from './shown-figure.tsx';

/** The answer as the referrer reads it: the answer first, then each question, then findings with their pictures. */
export function ResultPage() {
  const { consultationId = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const consultation = useQuery(consultationQuery(consultationId));
  const versions = useQuery(signedVersionsQuery(consultationId));
  const parts = useMemo(
    () =>
      newestParts(versions.data ?? []).map((version) => {
        const { blocks } = reportDocument(version.report, version.sha256);
        return { version, blocks, numbers: figureNumbers(blocks), ...readingOrder(blocks) };
      }),
    [versions.data],
  );
  const colorOf = useMemo(() => {
    const cited = parts.flatMap(({ version }) => version.report.annotations);
    return authorColors(cited.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)));
  }, [parts]);
  useTitle(consultation.data === undefined ? 'Answer' : `Answer · ${consultation.data.title}`);
  const problem = consultation.error ?? versions.error;
  if (problem !== null) {
    return (
      <div className={styles.page}>
        <p role="alert">{sentenceOf(problem)}</p>
        <Link className={styles.link ?? ''} to="/">
          To the worklist
        </Link>
      </div>
    );
  }
  if (consultation.data === undefined || versions.data === undefined) {
    return (
      <div className={styles.page}>
        <Skeleton height={28} width="60%" />
        <Skeleton height={120} mt="lg" />
        <Skeleton height={240} mt="lg" />
      </div>
    );
  }
  const shownId = search.get('show') as AnnotationId | null;
  const shownIn = parts.find(({ version }) => version.report.annotations.some(({ id }) => id === shownId));
  const show = (id: AnnotationId) =>
    setSearch(
      (now) => {
        now.set('show', id);
        return now;
      },
      { preventScrollReset: true, replace: shownId !== null },
    );
  const close = () =>
    setSearch(
      (now) => {
        now.delete('show');
        return now;
      },
      { preventScrollReset: true, replace: true },
    );
  return (
    <div className={styles.layout} data-open={shownIn !== undefined || undefined}>
      <div className={styles.page}>
        <header className={styles.head}>
          <p className={styles.quiet}>
            <Link className={styles.link ?? ''} to={`/consultations/${consultationId}`}>
              Consultation
            </Link>{' '}
            · {patientLine(consultation.data.patient)}
          </p>
          <h1 className={styles.title}>{consultation.data.title}</h1>
        </header>
        {parts.length === 0 && (
          <p className={styles.quiet}>No signed answer yet. You are told here when there is one.</p>
        )}
        {parts.length > 0 && (
          <section className={styles.impression} aria-label="Impression">
            {parts.map(({ version, blocks, impression }) => (
              <div key={version.report.reportId}>
                {parts.length > 1 && <h2 className={styles.impressionOf}>{disciplineWord(version)}</h2>}
                {impression.map((passage) => (
                  <p key={passage.text}>
                    <Cited passage={passage} figuresIn={blocks} onShow={show} />
                  </p>
                ))}
              </div>
            ))}
          </section>
        )}
        {parts.map(({ version, blocks, rest }) => (
          <ResultPart
            key={version.report.reportId}
            version={version}
            blocks={blocks}
            rest={rest}
            shownId={shownId}
            onShow={show}
          />
        ))}
      </div>
      {shownIn !== undefined && shownId !== null && (
        <ShownFigure
          consultation={consultation.data}
          report={shownIn.version.report}
          annotationId={shownId}
          numbers={shownIn.numbers}
          colorOf={colorOf}
          onShow={show}
          onClose={close}
        />
      )}
    </div>
  );
}
