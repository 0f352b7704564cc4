import { Button, Loader, NumberInput, SegmentedControl } from '@mantine/core';
import { IconArrowBackUp, IconPhotoOff, IconStack2 } from '@tabler/icons-react';
import { type CSSProperties, type RefObject, useRef, useState } from 'react';
import type { StudySummary } from '#shared/api/material.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { MprEngine, MprStatus, MprTool } from '#viewer/engines/cornerstone/mpr-engine.ts';
import type { VolumePlane } from '#viewer/engines/cornerstone/volume-axes.ts';
import { FusionPanel } from './fusion-panel.tsx';
import { useMprEngine } from './use-mpr-engine.ts';
import classes from './volume-viewport.module.css';

interface VolumeViewportProps {
  readonly studyUid: StudyUid;
  readonly seriesUid: SeriesUid;
  readonly members: readonly SopInstanceUid[];
  readonly study: StudySummary;
  readonly title: string;
  /** Who: must be read with every image. */
  readonly patientLine: string;
  readonly onClose: () => void;
}

const PLANES: readonly (readonly [VolumePlane, string, string])[] = [
  ['axial', 'Axial', '#ff9f1c'],
  ['coronal', 'Coronal', '#4cc9f0'],
  ['sagittal', 'Sagittal', '#80ed99'],
];
const TOOLS: { value: MprTool; label: string }[] = [
  { value: 'crosshair', label: 'Crosshair' },
  { value: 'turn', label: 'Turn' },
  { value: 'measure', label: 'Measure' },
  { value: 'window', label: 'Window' },
];
const SLABS: { value: MprStatus['slabMode']; label: string }[] = [
  { value: 'maximum', label: 'MIP' },
  { value: 'minimum', label: 'MinIP' },
  { value: 'mean', label: 'Mean' },
];

const signed = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−');

/** A series as three linked planes through the patient. */
export function VolumeViewport({
  studyUid,
  seriesUid,
  members,
  study,
  title,
  patientLine,
  onClose,
}: VolumeViewportProps) {
  const hosts: Record<VolumePlane, RefObject<HTMLDivElement | null>> = {
    axial: useRef<HTMLDivElement>(null),
    coronal: useRef<HTMLDivElement>(null),
    sagittal: useRef<HTMLDivElement>(null),
  };
  const state = useMprEngine(hosts, studyUid, seriesUid, members);
  const { engine, status, stack, corrections, problem } = state;
  return (
    <section className={classes.viewport} aria-label={`Planes of ${title}`}>
      <div className={classes.bar}>
        <Button size="compact-sm" variant="default" leftSection={<IconStack2 size={16} />} onClick={onClose}>
          Slices
        </Button>
        {engine !== null && status !== null && <MprBar engine={engine} status={status} />}
        {engine !== null && status !== null && stack !== null && (
          <FusionPanel
            study={study}
            beneath={seriesUid}
            status={status.fusion}
            onFuse={async (over, name, onProgress, signal) => {
              const { loadFusionLayer } = await import('#viewer/engines/cornerstone/frame-fusion.ts');
              engine.setFusion(await loadFusionLayer(stack, over, name, onProgress, signal));
            }}
            onUnfuse={() => engine.setFusion(null)}
            onChoose={engine.chooseFusion}
          />
        )}
      </div>
      {problem === null ? (
        <>
          <div className={classes.planes}>
            {PLANES.map(([plane, name, color]) => (
              <div
                key={plane}
                ref={hosts[plane]}
                className={classes.plane}
                style={{ '--plane-color': color } as CSSProperties}
                role="img"
                aria-label={`${name} plane`}
              >
                <span className={classes.name}>{name}</span>
              </div>
            ))}
          </div>
          <div className={classes.who}>
            {patientLine.replaceAll('\n', ' · ')} · {title}
          </div>
          <div className={classes.facts} role="status">
            {status === null ? (
              <span>
                <Loader size={12} color="gray" /> {state.loaded}/{state.count} slices loaded
              </span>
            ) : (
              <MprFacts status={status} unit={state.unit} />
            )}
            {corrections.map((sentence) => (
              <span key={sentence} className={classes.attention}>
                ⚠ {sentence}
              </span>
            ))}
          </div>
        </>
      ) : (
        <div className={classes.cover} role="alert">
          <IconPhotoOff size={32} stroke={1.5} aria-hidden />
          <p>{problem}</p>
        </div>
      )}
    </section>
  );
}

function MprBar({ engine, status }: { readonly engine: MprEngine; readonly status: MprStatus }) {
  const [tool, setTool] = useState<MprTool>('crosshair');
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="What dragging does"
        data={TOOLS}
        value={tool}
        onChange={(value) => {
          setTool(value as MprTool);
          engine.setTool(value as MprTool);
        }}
      />
      <NumberInput
        size="xs"
        w={112}
        aria-label="Slab thickness in millimetres"
        suffix=" mm slab"
        min={0}
        max={200}
        decimalScale={1}
        value={status.slabMm}
        onChange={(value) => engine.setSlab(Number(value) || 0, status.slabMode)}
      />
      <SegmentedControl
        size="xs"
        aria-label="What a slab shows"
        data={SLABS}
        value={status.slabMode}
        onChange={(value) => engine.setSlab(status.slabMm, value as MprStatus['slabMode'])}
      />
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconArrowBackUp size={16} />}
        onClick={engine.reset}
      >
        Reset
      </Button>
    </>
  );
}

function MprFacts({ status, unit }: { readonly status: MprStatus; readonly unit: string }) {
  const { point, voxel, value, window, oblique, fusion, fusedValue, lengthMm } = status;
  const [x, y, z] = point.map((one) => signed(one, 1));
  return (
    <>
      <span>
        {x}, {y}, {z} mm
      </span>
      {voxel !== null && value !== null && (
        <span>
          Voxel {voxel.column + 1}, {voxel.row + 1}, {voxel.slice + 1}: {signed(value, Number.isInteger(value) ? 0 : 2)}
          {unit}
        </span>
      )}
      <span>
        W {Math.round(window.width)} L {signed(Math.round(window.center), 0)}
      </span>
      {fusion !== null && (
        <span>
          {fusion.name}: {fusedValue ?? 'nothing here'}
        </span>
      )}
      {oblique && <span className={classes.attention}>Oblique planes</span>}
      {lengthMm !== null && lengthMm > 0 && (
        <span>Length {lengthMm.toFixed(1)} mm, not stored: marks belong to slices</span>
      )}
    </>
  );
}
