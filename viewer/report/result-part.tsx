import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { reportPaths } from '#shared/api/reports.ts';
import type { AnnotationId } from '#shared/ids.ts';
import type { Block } from '#shared/report/blocks.ts';
import type { SignedVersion } from '#shared/report/report.ts';
import { formatFull } from '#viewer/ui/dates.ts';
import { ROLE_WORDS } from '#viewer/words/role-words.tsx';
import { ReportBlocks } from './report-blocks.tsx';
import styles from './result-page.module.css';

const DISCIPLINE_WORDS = { radiology: 'Radiology', pathology: 'Pathology' } as const;

/** The name of a part's discipline as a heading. */
export function disciplineWord(version: SignedVersion): string {
  return DISCIPLINE_WORDS[version.report.discipline];
}

function PdfButton({ version }: { readonly version: SignedVersion }) {
  const { report } = version;
  const pdf = version.renditions.find(({ kind }) => kind === 'pdf');
  if (pdf?.state === 'failed') return <span className={styles.quiet}>The PDF could not be made.</span>;
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

interface ResultPartProps {
  readonly version: SignedVersion;
  /** Every block of the report: what citations point to. */
  readonly blocks: readonly Block[];
  /** The blocks that are shown here. */
  readonly rest: readonly Block[];
  readonly shownId: AnnotationId | null;
  readonly onShow: (id: AnnotationId) => void;
}

/** One expert's part of the answer: answers, findings with their pictures, signature. */
export function ResultPart({ version, blocks, rest, shownId, onShow }: ResultPartProps) {
  const { report } = version;
  return (
    <article className={styles.part} aria-label={`Second opinion, ${report.discipline}`}>
      <header className={styles.partHead}>
        <div>
          <h2 className={styles.partTitle}>{disciplineWord(version)}</h2>
          <p className={styles.quiet}>
            {report.author.name}, {ROLE_WORDS[report.author.role].word.toLowerCase()} · signed{' '}
            {formatFull(report.signedAt)}
          </p>
        </div>
        <PdfButton version={version} />
      </header>
      <ReportBlocks report={report} blocks={rest} figuresIn={blocks} shownId={shownId} onShow={onShow} pictures />
    </article>
  );
}
