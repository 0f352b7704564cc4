import { notifications } from '@mantine/notifications';
import { IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import type { Finding } from '#shared/annotation/annotation.ts';
import type { Material } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { missingForSignature, type Report, type ReportContent } from '#shared/report/report.ts';
import type { MyReportStore } from '#viewer/state/my-report.ts';
import { useSaveStatus } from '#viewer/state/use-records.ts';
import { SaveState } from '#viewer/ui/save-state.tsx';
import { AnswersSection } from './answers-section.tsx';
import { type Citable, CitationField } from './citation-field.tsx';
import { CoverageSection, type CoverageSectionProps } from './coverage-section.tsx';
import { MaterialsSection } from './materials-section.tsx';
import styles from './report-editor.module.css';
import { SigningSection } from './signing-section.tsx';
import { StatementList } from './statement-list.tsx';

export interface ReportEditorProps {
  readonly consultation: Consultation;
  readonly material: Material;
  readonly store: MyReportStore;
  /** All findings of the consultation; the author's own are part of the report. */
  readonly findings: readonly Finding[];
  readonly citable: Citable;
  /** Saves whatever is still on its way before the report is signed. */
  readonly settleRecords: () => Promise<void>;
  /** Opens the list in which findings are written. */
  readonly onEditFindings: () => void;
  /** Opens a place of a slide. */
  readonly onShowPlace: CoverageSectionProps['onShowPlace'];
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h3 className={styles.heading}>{title}</h3>
      {children}
    </section>
  );
}

function Checklist({ missing }: { readonly missing: readonly string[] }) {
  if (missing.length === 0) {
    return (
      <p className={styles.ready}>
        <IconCircleCheck size={16} stroke={1.75} aria-hidden /> Everything that is needed is there.
      </p>
    );
  }
  return (
    <ul className={styles.missing}>
      {missing.map((sentence) => (
        <li key={sentence}>
          <IconCircleDashed size={16} stroke={1.75} aria-hidden />{' '}
          {sentence.charAt(0).toUpperCase() + sentence.slice(1)}.
        </li>
      ))}
    </ul>
  );
}

/** One's own part of the answer: written, cited, checked and signed here. */
export function ReportEditor(props: ReportEditorProps) {
  const { consultation, store, citable, material } = props;
  const [report] = useSyncExternalStore(store.subscribe, store.records);
  const status = useSaveStatus(store);
  useEffect(
    () =>
      store.subscribe(() => {
        for (const message of store.takeNotices()) notifications.show({ color: 'yellow', message });
      }),
    [store],
  );
  if (report === undefined) return null;
  const { content } = report;
  const locked = report.signedVersion !== null || !consultation.actions.includes('report.write');
  const mine = props.findings.filter((finding) => finding.author.id === report.author.id);
  const edit = (change: (content: ReportContent) => ReportContent) => {
    // Fields save at their own time; each must change the newest content, not the one it was rendered with.
    const [newest] = store.records() as readonly Report[];
    if (newest !== undefined) store.change(newest.id, { content: change(newest.content) });
  };
  return (
    <div className={styles.editor}>
      <div className={styles.bar}>
        <h2 className={styles.title}>{report.discipline === 'radiology' ? 'Radiology report' : 'Pathology report'}</h2>
        <SaveState status={status} />
      </div>
      <Section title="Materials reviewed">
        <MaterialsSection
          material={material}
          reviewed={content.materialsReviewed}
          disabled={locked}
          onChange={(change) => edit((c) => ({ ...c, materialsReviewed: change(c.materialsReviewed) }))}
        />
      </Section>
      <Section title="Findings">
        {mine.length === 0 && <p className={styles.quiet}>Your findings join the report as you write them.</p>}
        <ol className={styles.findings}>
          {mine.map((finding) => (
            <li key={finding.id}>
              <p className={styles.findingText}>{finding.text || <em>This finding has no text yet.</em>}</p>
              <CitationField citable={citable} citations={finding.annotationIds} disabled onChange={() => {}} />
            </li>
          ))}
        </ol>
        {!locked && (
          <button type="button" className={styles.link} onClick={props.onEditFindings}>
            Write findings
          </button>
        )}
      </Section>
      <Section title="Answers">
        <AnswersSection
          questions={consultation.questions}
          answers={content.answers}
          citable={citable}
          disabled={locked}
          onChange={(change) => edit((c) => ({ ...c, answers: change(c.answers) }))}
        />
      </Section>
      <Section title="Impression">
        <StatementList
          name="Impression"
          statements={content.impression}
          placeholder="The answer in one or two sentences"
          citable={citable}
          disabled={locked}
          onChange={(change) => edit((c) => ({ ...c, impression: change(c.impression) }))}
        />
      </Section>
      <Section title="Recommendation">
        <StatementList
          name="Recommendation"
          statements={content.recommendation}
          placeholder="What should happen next, and by when"
          citable={citable}
          disabled={locked}
          onChange={(change) => edit((c) => ({ ...c, recommendation: change(c.recommendation) }))}
        />
      </Section>
      {!locked && (
        <Section title="Before signing">
          {report.discipline === 'pathology' && material.slides.length > 0 && (
            <CoverageSection
              slides={material.slides}
              onShowPlace={props.onShowPlace}
              onAdd={(text) =>
                edit((c) => ({
                  ...c,
                  impression: [...c.impression.filter((one) => one.text.trim() !== ''), { text, citations: [] }],
                }))
              }
            />
          )}
          <Checklist missing={missingForSignature(content, consultation.questions, mine)} />
        </Section>
      )}
      <SigningSection
        consultation={consultation}
        report={report}
        store={store}
        ready={missingForSignature(content, consultation.questions, mine).length === 0}
        settleRecords={props.settleRecords}
      />
    </div>
  );
}
