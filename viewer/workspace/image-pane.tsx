import type { Target } from '#shared/annotation/annotation.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { ViewState } from '#shared/imaging/view-state.ts';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import type { EngineListener, Mark, Tool } from '#viewer/engines/image-engine.ts';
import { type Brush, FIRST_BRUSH } from '#viewer/engines/tools/brush.ts';
import { formatDicomDate } from '#viewer/ui/dates.ts';
import { patientLine } from '#viewer/words/patient-words.ts';
import type { HungEngine } from './hanging-hand.ts';
import { itemTitle, type PaneItem } from './pane-item.ts';
import { SeriesViewport } from './series-viewport.tsx';
import type { MovedSlide } from './slide-sync.ts';
import { SlideViewport } from './slide-viewport.tsx';
import type { KeyImageWork } from './use-key-images.ts';
import type { ShownSegments } from './use-segments.ts';
import type { UserCalibrations } from './user-calibrations.ts';
import type { SyncedEngine, ViewportSync } from './viewport-sync.ts';

/** What a page may ask of an opened viewport, whatever it shows. */
export interface PaneEngine extends SyncedEngine, HungEngine, Partial<MovedSlide> {
  show(target: Target, view: ViewState): Promise<void>;
  view(): ViewState | null;
  cancelDrawing(): boolean;
  /** Only where pixel values are measured. */
  readonly histogram?: FrameEngine['histogram'];
  readonly interpolateSegment?: FrameEngine['interpolateSegment'];
  readonly thresholdInRegion?: FrameEngine['thresholdInRegion'];
  readonly copyTo?: FrameEngine['copyTo'];
}

export interface ImagePaneProps {
  readonly item: PaneItem;
  readonly consultation: Consultation;
  readonly marks: readonly Mark[];
  readonly tool: Tool;
  readonly color: string;
  readonly brush?: Brush | undefined;
  readonly calibrations: UserCalibrations;
  readonly segments?: ShownSegments | undefined;
  readonly keyImages?: KeyImageWork | undefined;
  readonly listener: EngineListener;
  readonly onEngine: (engine: PaneEngine | null) => void;
  /** Where the viewport stands among others that are linked with it. */
  readonly guides?: { readonly sync: ViewportSync; readonly pane: number } | undefined;
}

/**
 * A viewport for a series or a slide: one component for the rest of the product. Both are a few kilobytes and come with
 * the page; only the engines inside are loaded when they are needed. (React holds back what a lazy component shows for
 * up to 300 ms, and the engine would wait for that.)
 */
export function ImagePane({
  item,
  consultation,
  calibrations,
  segments,
  keyImages,
  brush = FIRST_BRUSH,
  ...pane
}: ImagePaneProps) {
  const who = [patientLine(consultation.patient), consultation.patient.reference].filter(Boolean).join('\n');
  if (item.kind === 'slide') {
    const isReader = consultation.actions.includes('annotation.write');
    return <SlideViewport {...pane} brush={brush} slide={item.slide} patientLine={who} isReader={isReader} />;
  }
  const { study, series, set } = item;
  const texts = {
    modality: series.modality,
    date: study.studyDate === null ? '' : formatDicomDate(study.studyDate),
    description: study.description,
    series: itemTitle(item),
  };
  return (
    <SeriesViewport
      {...pane}
      frameCount={set.frameCount}
      study={study}
      calibrations={calibrations}
      segments={segments}
      keyImages={keyImages}
      studyUid={study.studyUid}
      seriesUid={series.seriesUid}
      members={set.instanceUids}
      patientLine={who}
      studyLine={[texts.date, texts.description, texts.series].filter(Boolean).join('\n')}
      texts={texts}
    />
  );
}
