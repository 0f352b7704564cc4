import { Button, Skeleton } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearchParams } from 'react-router';
import { reportPaths } from '#shared/api/reports.ts';
import type { AnnotationId } from '#shared/ids.ts';
import { reportDocument } from '#shared/report/blocks.ts';
import type { SignedVersion } from '#shared/report/report.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { consultationQuery } from '#viewer/api/consultations.ts';
import { signedVersionsQuery } from '#viewer/api/reports.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import { patientLine } from '#viewer/words/patient-words.ts';
import { ReportBlocks } from './report-blocks.tsx';
import styles from './result-page.module.css';
import { ShownFigure } from './shown-figure.tsx';

/** The newest version of every part, radiology before pathology. */
export function newestParts(versions: readonly SignedVersion[]): SignedVersion[] {
  const parts = new Map<string, SignedVersion>();
  for (const version of versions) {
    const known = parts.get(version.report.reportId);
    if (known === undefined || known.report.version < version.report.version)
      parts.set(version.report.reportId, version);
  }
  return [...parts.values()].sort((a, b) => b.report.discipline.localeCompare(a.report.discipline));
}

function PdfButton({ version }: { readonly version: SignedVersion }) {
  const { report } = version;
  const pdf = version.renditions.find(({ kind }) => kind === 'pdf');
  if (pdf?.state !== 'ready') return <span className={styles.quiet}>The PDF is being made …</span>;
  return (
    <Button
      component="a"
      href={reportPaths.pdf(report.reportId, report.version)}
      variant="default"
      leftSection={<IconDownload size={16} stroke={1.75} />}
    >
      Download the PDF
    </Button>
  );
}

interface PartProps {
  readonly version: SignedVersion;
  readonly shownId: AnnotationId | null;
  readonly onShow: (id: AnnotationId) => void;
}

function Part({ version, shownId, onShow }: PartProps) {
  const { report, sha256 } = version;
  return (
    <article className={styles.part} aria-label={`Second opinion, ${report.discipline}`}>
      <header className={styles.partHead}>
        <h2 className={styles.partTitle}>{report.discipline === 'radiology' ? 'Radiology' : 'Pathology'}</h2>
        <PdfButton version={version} />
      </header>
      <ReportBlocks report={report} blocks={reportDocument(report, sha256).blocks} shownId={shownId} onShow={onShow} />
    </article>
  );
}

/** The answer as the referrer reads it: the answer first, then each question, then findings with their pictures. */
export function ResultPage() {
  const { consultationId = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const consultation = useQuery(consultationQuery(consultationId));
  const versions = useQuery(signedVersionsQuery(consultationId));
  useTitle(consultation.data === undefined ? 'Answer' : `Answer · ${consultation.data.title}`);
  const problem = consultation.error ?? versions.error;
  if (problem !== null) {
    return (
      <div className={styles.page}>
        <p role="alert">{sentenceOf(problem)}</p>
        <Link to="/">To the worklist</Link>
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
  const parts = newestParts(versions.data);
  const shownId = search.get('show') as AnnotationId | null;
  const shownIn = parts.find(({ report }) => report.annotations.some(({ id }) => id === shownId));
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
            <Link to={`/consultations/${consultationId}`}>Consultation</Link> · {patientLine(consultation.data.patient)}
          </p>
          <h1 className={styles.title}>{consultation.data.title}</h1>
        </header>
        {parts.length === 0 && (
          <p className={styles.quiet}>No signed answer yet. You are told here when there is one.</p>
        )}
        {parts.map((version) => (
          <Part key={version.report.reportId} version={version} shownId={shownId} onShow={show} />
        ))}
      </div>
      {shownIn !== undefined && shownId !== null && (
        <ShownFigure
          consultation={consultation.data}
          report={shownIn.report}
          annotationId={shownId}
          onShow={show}
          onClose={close}
        />
      )}
    </div>
  );
}
