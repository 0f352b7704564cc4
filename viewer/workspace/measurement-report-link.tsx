import { Button } from '@mantine/core';
import { IconFileExport } from '@tabler/icons-react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import styles from './annotation-list.module.css';

interface MeasurementReportLinkProps {
  readonly annotations: readonly Annotation[];
  readonly consultationId: string;
}

/** The annotations as DICOM structured reports; nothing where no annotation lies on a DICOM image. */
export function MeasurementReportLink({ annotations, consultationId }: MeasurementReportLinkProps) {
  if (!annotations.some(({ target, revision }) => target.kind === 'frame' && revision > 0)) return null;
  return (
    <div className={styles.export}>
      <Button
        component="a"
        href={annotationPaths.measurementReports(consultationId)}
        download
        size="xs"
        variant="subtle"
        color="gray"
        leftSection={<IconFileExport size={14} stroke={1.75} />}
      >
        Save as DICOM structured reports
      </Button>
    </div>
  );
}
