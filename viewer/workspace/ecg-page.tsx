import { Button, SegmentedControl } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { jsonText } from '#shared/dicom/json-reading.ts';
import { readWaveforms, type WaveformGroup, waveformValues } from '#shared/dicom/waveforms.ts';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import { objectMetadataQuery } from '#viewer/api/object-metadata.ts';
import { formatDicomDate } from '#viewer/ui/dates.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import { type EcgScale, leadsOf } from './ecg-curves.ts';
import styles from './ecg-page.module.css';
import { EcgPaper } from './ecg-paper.tsx';
import { NOT_FOR_DIAGNOSIS } from './view-texts.ts';

const SPEEDS = ['12.5', '25', '50'];
const GAINS = ['5', '10', '20'];

/** The curves of an ECG object on the paper readers know, with calipers. */
export function EcgPage() {
  const [address] = useSearchParams();
  const [studyUid, seriesUid, sopInstanceUid] = ['study', 'series', 'instance'].map((name) => address.get(name) ?? '');
  useTitle('ECG');
  const objects = useQuery(objectMetadataQuery(studyUid as StudyUid, seriesUid as SeriesUid));
  const dataset = objects.data?.find((one) => jsonText(one, '00080018') === sopInstanceUid);
  const [speed, setSpeed] = useState('25');
  const [gain, setGain] = useState('10');
  const groups = useMemo(() => (dataset === undefined ? null : readWaveforms(dataset)), [dataset]);
  const refusal =
    objects.isError || (objects.isSuccess && dataset === undefined)
      ? 'This ECG could not be read. Reload the page to try again.'
      : groups !== null && 'refusal' in groups
        ? `This ECG cannot be drawn. ${groups.refusal}`
        : null;
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <h1 className={styles.title}>ECG</h1>
        {dataset !== undefined && <span className={styles.quiet}>{aboutOf(dataset)}</span>}
        <SegmentedControl
          size="xs"
          aria-label="Paper speed"
          data={SPEEDS.map((value) => ({ value, label: `${value} mm/s` }))}
          value={speed}
          onChange={setSpeed}
        />
        <SegmentedControl
          size="xs"
          aria-label="Gain"
          data={GAINS.map((value) => ({ value, label: `${value} mm/mV` }))}
          value={gain}
          onChange={setGain}
        />
        <Button
          className={styles.print}
          size="compact-sm"
          variant="default"
          leftSection={<IconPrinter size={16} stroke={1.75} aria-hidden />}
          onClick={() => window.print()}
        >
          Print
        </Button>
      </header>
      {refusal !== null && <p role="alert">{refusal}</p>}
      {groups !== null &&
        !('refusal' in groups) &&
        groups.map((group, i) => (
          <Curves
            // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place in the file
            key={i}
            group={group}
            scale={{ mmPerSecond: Number(speed), mmPerMillivolt: Number(gain) }}
          />
        ))}
      <p className={styles.quiet}>
        {NOT_FOR_DIAGNOSIS}. Millimetres are those of the screen’s own scale; distances are read with the calipers:
        press and drag.
      </p>
    </main>
  );
}

/** Patient, date and device as the file has them. */
function aboutOf(dataset: DicomJsonDataset): string {
  const date = jsonText(dataset, '00080022') ?? jsonText(dataset, '00080020');
  const id = jsonText(dataset, '00100020');
  return [
    id === null ? '' : `Patient ${id}`,
    date === null ? '' : formatDicomDate(date),
    jsonText(dataset, '00080070') ?? '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function Curves({ group, scale }: { readonly group: WaveformGroup; readonly scale: EcgScale }) {
  const { data } = group;
  const samples = useQuery({
    queryKey: ['waveform', typeof data === 'string' ? data : ''],
    queryFn: async ({ signal }) => {
      const answer = await fetch(data as string, { headers: { Accept: 'application/octet-stream' }, signal });
      if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
      return new Uint8Array(await answer.arrayBuffer());
    },
    enabled: typeof data === 'string',
    staleTime: Number.POSITIVE_INFINITY,
  });
  const bytes = typeof data === 'string' ? samples.data : data;
  const drawn = useMemo(() => {
    const values = bytes === undefined ? null : waveformValues(group, bytes);
    return values === null ? null : leadsOf(group, values);
  }, [group, bytes]);
  const name = group.label || 'Curves';
  if (samples.isError) return <p role="alert">The samples could not be loaded. Reload the page to try again.</p>;
  if (bytes === undefined) return <p role="status">Loading the samples …</p>;
  if (drawn === null) return <p role="alert">The file ends before its samples do; nothing is drawn.</p>;
  return (
    <section aria-label={name}>
      <h2 className={styles.group}>
        {name} <span className={styles.quiet}>{group.samplingHz} samples a second</span>
      </h2>
      {drawn.leads.length > 0 && <EcgPaper leads={drawn.leads} scale={scale} name={name} />}
      {drawn.leftOut.length > 0 && (
        <p className={styles.quiet}>Not drawn, since they are no voltages: {drawn.leftOut.join(', ')}.</p>
      )}
    </section>
  );
}
