import { ActionIcon, Button, NativeSelect, TextInput, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff, IconFileExport, IconLock, IconLockOpen, IconPlus, IconTrash } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { describeMeasurement, describeProvenance } from '#shared/annotation/measurement.ts';
import { segmentPaths } from '#shared/api/segments.ts';
import type { Segment, SegmentDraft } from '#shared/segmentation/segment.ts';
import { SEGMENT_COLORS, SEGMENT_TERMS } from '#shared/segmentation/segment-terms.ts';
import type { Tool } from '#viewer/engines/image-engine.ts';
import { formatMoment } from '#viewer/ui/dates.ts';
import { countOf } from '#viewer/ui/quantities.ts';
import styles from './segment-panel.module.css';
import { SegmentSettingsForm } from './segment-settings.tsx';
import type { SegmentWork } from './use-segments.ts';

interface SegmentPanelProps {
  readonly consultationId: string;
  readonly work: SegmentWork;
  readonly tool: Tool;
  /** False: segments are looked at only. */
  readonly canPaint: boolean;
  readonly onTool: (tool: Tool) => void;
  readonly onShow: (segment: Segment) => void;
  readonly onInterpolate: (id: string) => void;
  readonly onThresholdInRegion: () => void;
}

interface ToggleProps {
  readonly label: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}

function Toggle({ label, pressed, onClick, children }: ToggleProps) {
  return (
    <Tooltip label={label} openDelay={300}>
      <ActionIcon
        size={28}
        variant="subtle"
        color="gray"
        aria-label={label}
        {...(pressed !== undefined && { 'aria-pressed': pressed })}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** Volume and values with their units, or why there are none. */
function Numbers({ segment: { measurements, refusals, revision } }: { readonly segment: Segment }) {
  const volume = measurements.find(({ name }) => name === 'volume');
  const others = measurements.filter(({ name }) => name !== 'volume');
  // What was refused belongs to what the server has seen last.
  const said =
    volume === undefined || revision === 0 ? refusals : refusals.filter((one) => !one.startsWith('No volume'));
  return (
    <>
      {volume !== undefined && (
        <Tooltip label={describeProvenance(volume.provenance)} openDelay={400} multiline maw={280}>
          <span className={styles.measure}>{describeMeasurement(volume)}</span>
        </Tooltip>
      )}
      {others.length > 0 && <span className={styles.quiet}>{others.map(describeMeasurement).join(' · ')}</span>}
      {said.map((sentence) => (
        <span key={sentence} className={styles.quiet}>
          {sentence}
        </span>
      ))}
    </>
  );
}

function SegmentForm({ segment, onChange }: { segment: Segment; onChange: (change: Partial<SegmentDraft>) => void }) {
  const [label, setLabel] = useState(segment.label);
  useEffect(() => setLabel(segment.label), [segment.label]);
  const save = () => {
    const text = label.trim();
    if (text === '') setLabel(segment.label);
    else if (text !== segment.label) onChange({ label: text });
  };
  const known = SEGMENT_TERMS.some(({ type }) => type.value === segment.type.value);
  return (
    <div className={styles.edit}>
      <TextInput
        size="xs"
        variant="filled"
        aria-label="Name of the segment"
        maxLength={64}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save();
          if (event.key === 'Escape') setLabel(segment.label);
        }}
      />
      <NativeSelect
        size="xs"
        variant="filled"
        aria-label="What the segment is"
        value={segment.type.value}
        onChange={(event) => {
          const term = SEGMENT_TERMS.find(({ type }) => type.value === event.currentTarget.value);
          if (term !== undefined) onChange(term);
        }}
        data={[
          ...(known ? [] : [{ value: segment.type.value, label: segment.type.meaning }]),
          ...SEGMENT_TERMS.map(({ type }) => ({ value: type.value, label: type.meaning })),
        ]}
      />
      <div className={styles.colors} role="radiogroup" aria-label="Colour of the segment">
        {SEGMENT_COLORS.map((color, at) => (
          // biome-ignore lint/a11y/useSemanticElements: a swatch is a button that looks like its colour
          <button
            key={color}
            type="button"
            role="radio"
            aria-checked={segment.color === color}
            aria-label={`Colour ${at + 1}`}
            className={styles.color}
            style={{ background: color }}
            onClick={() => onChange({ color })}
          />
        ))}
      </div>
    </div>
  );
}

function Row({ segment, work, onShow }: { segment: Segment } & Pick<SegmentPanelProps, 'work' | 'onShow'>) {
  const { id, label, color, type, author, frames, updatedAt, locked } = segment;
  const active = id === work.activeId;
  const mine = work.isMine(segment);
  const hidden = work.hidden.has(id);
  return (
    <li className={styles.row} data-active={active || undefined} data-segment={id}>
      <div className={styles.head}>
        <button
          type="button"
          className={styles.main}
          aria-current={active || undefined}
          onClick={() => {
            if (mine) work.choose(id);
            onShow(segment);
          }}
        >
          <span className={styles.dot} style={{ background: color }} />
          <span className={styles.words}>
            <span className={styles.title}>{label}</span>
            <Numbers segment={segment} />
            <span className={styles.quiet}>
              {type.meaning} · {countOf(frames.length, 'image')} · {author.name} · {formatMoment(updatedAt)}
            </span>
          </span>
        </button>
        <span className={styles.actions}>
          <Toggle label={`${hidden ? 'Show' : 'Hide'} ${label}`} pressed={hidden} onClick={() => work.toggleHidden(id)}>
            {hidden ? <IconEyeOff size={16} stroke={1.75} /> : <IconEye size={16} stroke={1.75} />}
          </Toggle>
          {mine && (
            <>
              <Toggle
                label={`${locked ? 'Unlock' : 'Lock'} ${label}`}
                pressed={locked}
                onClick={() => work.change(segment, { locked: !locked })}
              >
                {locked ? <IconLock size={16} stroke={1.75} /> : <IconLockOpen size={16} stroke={1.75} />}
              </Toggle>
              <Toggle label={`Delete ${label} (can be undone)`} onClick={() => work.remove(segment)}>
                <IconTrash size={16} stroke={1.75} />
              </Toggle>
            </>
          )}
        </span>
      </div>
      {active && mine && !locked && (
        <SegmentForm segment={segment} onChange={(change) => work.change(segment, change)} />
      )}
    </li>
  );
}

/** Segments of the series: what paints them, what they are, what they measure. */
export function SegmentPanel(props: SegmentPanelProps) {
  const { consultationId, work, tool, canPaint, onTool, onShow, onInterpolate, onThresholdInRegion } = props;
  const { segments, activeId } = work;
  return (
    <>
      {canPaint && <SegmentSettingsForm {...{ work, tool, onTool, onInterpolate, onThresholdInRegion }} />}
      {segments.length === 0 ? (
        <p className={styles.empty}>
          {canPaint
            ? 'Nothing is painted yet. Take the brush and paint on a slice; it is saved as you paint.'
            : 'Nothing is painted. Segments are painted on series.'}
        </p>
      ) : (
        <>
          <ol className={styles.list} aria-label="Segments">
            {segments.map((segment) => (
              <Row key={segment.id} segment={segment} work={work} onShow={onShow} />
            ))}
          </ol>
          <div className={styles.export}>
            {canPaint && (
              <Button
                size="xs"
                variant="subtle"
                color="gray"
                disabled={activeId === null}
                leftSection={<IconPlus size={14} stroke={1.75} aria-hidden />}
                onClick={() => {
                  work.choose(null);
                  onTool('brush');
                }}
              >
                New segment
              </Button>
            )}
            <Button
              component="a"
              href={segmentPaths.segmentations(consultationId)}
              download
              size="xs"
              variant="subtle"
              color="gray"
              leftSection={<IconFileExport size={14} stroke={1.75} aria-hidden />}
            >
              Save as DICOM segmentations
            </Button>
          </div>
        </>
      )}
    </>
  );
}
