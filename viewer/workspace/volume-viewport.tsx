import { Button, NativeSelect, NumberInput, SegmentedControl } from '@mantine/core';
import { IconContrast2 } from '@tabler/icons-react';
import { type CSSProperties, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import type { StudySummary } from '#shared/api/material.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { VolumeView } from '#shared/imaging/volume-view.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { MprEngine, MprStatus, MprTool } from '#viewer/engines/cornerstone/mpr-engine.ts';
import type { VolumePlane } from '#viewer/engines/cornerstone/volume-axes.ts';
import { usePreferences } from '#viewer/state/preferences.ts';
import { FusionPanel } from './fusion-panel.tsx';
import { actionOfKey, isPlainKey } from './shortcuts.ts';
import { useMprEngine } from './use-mpr-engine.ts';
import { VolumeSection } from './volume-section.tsx';
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
  /** How it is looked at first; null is the three planes through the middle. */
  readonly before: VolumeView | null;
  readonly onView: (view: VolumeView) => void;
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
export function VolumeViewport(props: VolumeViewportProps) {
  const { studyUid, seriesUid, members, study, title, patientLine, onClose, before, onView } = props;
  const { shortcuts } = usePreferences();
  const hosts: Record<VolumePlane, RefObject<HTMLDivElement | null>> = {
    axial: useRef<HTMLDivElement>(null),
    coronal: useRef<HTMLDivElement>(null),
    sagittal: useRef<HTMLDivElement>(null),
  };
  const state = useMprEngine(hosts, studyUid, seriesUid, members, before);
  const { engine, status, stack, corrections, problem } = state;
  const view = status?.view;
  useEffect(() => {
    if (view !== undefined) onView(view);
  }, [view, onView]);
  const loading = status === null ? { loaded: state.loaded, count: state.count } : null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (engine === null || !isPlainKey(event)) return;
    const choice = engine.windowChoices().find(({ key }) => key === event.key);
    if (choice !== undefined) engine.chooseWindow(choice);
    else if (actionOfKey('series', event.key, shortcuts) === 'series.invert') engine.invert();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <VolumeSection
      label={`Planes of ${title}`}
      {...{ onClose, problem, patientLine, title, loading, remarks: corrections }}
      onReset={engine === null ? null : engine.reset}
      tools={
        engine !== null &&
        status !== null && (
          <>
            <MprBar engine={engine} status={status} />
            {stack !== null && (
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
          </>
        )
      }
      facts={status !== null && <MprFacts status={status} unit={state.unit} />}
    >
      <div
        className={classes.planes}
        role="application"
        aria-label="Planes: 1 to 9 choose a window"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys act on what has the focus
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.focus({ preventScroll: true })}
        onKeyDown={onKeyDown}
      >
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
    </VolumeSection>
  );
}

/** The window among the presets; own ones have no name. */
function WindowSelect({ engine, window }: { readonly engine: MprEngine; readonly window: VoiWindow }) {
  const choices = engine.windowChoices();
  const isSame = (other: VoiWindow) => other.center === window.center && other.width === window.width;
  const chosen = choices.find(({ voi }) => voi !== null && 'window' in voi && isSame(voi.window));
  if (choices.length === 0) return null;
  return (
    <NativeSelect
      size="xs"
      aria-label="Window"
      data={[
        { value: '', label: 'Own window' },
        ...choices.map(({ name, key }) => ({ value: name, label: key === null ? name : `${name}  ·  ${key}` })),
      ]}
      value={chosen?.name ?? ''}
      onChange={(event) => {
        const next = choices.find(({ name }) => name === event.currentTarget.value);
        if (next !== undefined) engine.chooseWindow(next);
      }}
    />
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
      <WindowSelect engine={engine} window={status.window} />
      <Button
        size="compact-sm"
        variant={status.inverted ? 'light' : 'subtle'}
        color="gray"
        aria-pressed={status.inverted}
        leftSection={<IconContrast2 size={16} />}
        onClick={engine.invert}
      >
        Invert
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
