import { useMemo, useSyncExternalStore } from 'react';
import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import type { Material } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { MyReportStore } from '#viewer/state/my-report.ts';
import { previewOf } from './draft-preview.ts';
import styles from './paper-preview.module.css';
import { ReportBlocks } from './report-blocks.tsx';

interface PaperPreviewProps {
  readonly consultation: Consultation;
  readonly material: Material;
  readonly store: MyReportStore;
  readonly findings: readonly Finding[];
  readonly annotations: readonly Annotation[];
  readonly onShow: (annotation: Annotation) => void;
}

/** The report as the referring physician will read it, growing while it is written. */
export function PaperPreview(props: PaperPreviewProps) {
  const { consultation, material, store, findings, annotations, onShow } = props;
  const [draft] = useSyncExternalStore(store.subscribe, store.records);
  const preview = useMemo(
    () =>
      draft === undefined
        ? null
        : previewOf(draft, { consultation, material, findings, annotations, now: new Date().toISOString() }),
    [draft, consultation, material, findings, annotations],
  );
  if (preview === null) return null;
  return (
    <aside className={styles.paper} aria-label="Preview">
      <p className={styles.note}>
        {draft?.signedVersion == null
          ? 'Preview · not signed'
          : 'Signed · pictures are in the PDF and on the answer’s page'}
      </p>
      <h2 className={styles.title}>{consultation.title}</h2>
      <ReportBlocks
        report={preview.report}
        blocks={preview.blocks}
        figuresIn={preview.blocks}
        pictures={false}
        shownId={null}
        onShow={(id) => {
          const annotation = annotations.find((one) => one.id === id);
          if (annotation !== undefined) onShow(annotation);
        }}
      />
    </aside>
  );
}
