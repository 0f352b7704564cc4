import { IconChartDots, IconFileText, IconListDetails, type TablerIcon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { materialPaths, type SeriesSummary } from '#shared/api/material.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { jsonText } from '#shared/dicom/json-reading.ts';
import { type SopClassKind, sopClassOf } from '#shared/dicom/sop-class.ts';
import type { StudyUid } from '#shared/ids.ts';
import { objectMetadataQuery } from '#viewer/api/object-metadata.ts';
import { countOf } from '#viewer/ui/quantities.ts';
import styles from './object-series.module.css';

interface ObjectSeriesProps {
  readonly studyUid: StudyUid;
  readonly series: SeriesSummary;
}

/** How an object that is no image is looked at: as a page of its own, or why not. */
const WAYS: Partial<
  Record<SopClassKind, { readonly Icon: TablerIcon; readonly opens: boolean; readonly words: string }>
> = {
  document: { Icon: IconFileText, opens: true, words: '' },
  'structured-report': { Icon: IconFileText, opens: true, words: '' },
  'key-objects': { Icon: IconListDetails, opens: true, words: 'key images are listed with the annotations' },
  presentation: { Icon: IconListDetails, opens: false, words: 'listed with the annotations' },
  radiotherapy: { Icon: IconListDetails, opens: false, words: 'structures are listed with the annotations' },
  waveform: { Icon: IconChartDots, opens: true, words: '' },
};
const OTHER = { Icon: IconListDetails, opens: false, words: 'cannot be shown here' } as const;

/** A series of documents, reports or other objects that are no images; unfolded, each can be opened. */
export function ObjectSeries({ studyUid, series }: ObjectSeriesProps) {
  const [open, setOpen] = useState(false);
  const objects = useQuery({ ...objectMetadataQuery(studyUid, series.seriesUid), enabled: open });
  return (
    <details className={styles.series} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className={styles.summary}>
        <span className={styles.title}>{series.description || series.modality}</span>
        <span className={styles.quiet}>
          {series.modality} · {countOf(series.instanceCount, 'object')}
        </span>
      </summary>
      {objects.isError && (
        <p className={styles.problem} role="alert">
          These objects could not be read. Close and open them to try again.
        </p>
      )}
      <ul className={styles.list}>
        {objects.data?.map((dataset) => (
          <li key={jsonText(dataset, '00080018')}>
            <OneObject studyUid={studyUid} seriesUid={series.seriesUid} dataset={dataset} />
          </li>
        ))}
      </ul>
    </details>
  );
}

interface OneObjectProps {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly dataset: DicomJsonDataset;
}

function OneObject({ studyUid, seriesUid, dataset }: OneObjectProps) {
  const { kind, name } = sopClassOf(jsonText(dataset, '00080016') ?? '', false);
  const { Icon, opens, words } = WAYS[kind] ?? OTHER;
  const title = jsonText(dataset, '00420010') ?? name;
  const content = (
    <>
      <Icon size={16} stroke={1.75} aria-hidden />
      <span>
        {title}
        {words !== '' && <span className={styles.quiet}> · {words}</span>}
      </span>
    </>
  );
  if (!opens) return <span className={styles.object}>{content}</span>;
  const sopInstanceUid = jsonText(dataset, '00080018') ?? '';
  const address =
    kind === 'waveform'
      ? `/ecg?${new URLSearchParams({ study: studyUid, series: seriesUid, instance: sopInstanceUid })}`
      : materialPaths.rendered(studyUid, seriesUid, sopInstanceUid);
  return (
    <a className={styles.object} href={address} target="_blank" rel="noreferrer">
      {content}
    </a>
  );
}
