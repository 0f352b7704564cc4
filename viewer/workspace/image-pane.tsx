import type { Target } from '#shared/annotation/annotation.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { ViewState } from '#shared/imaging/view-state.ts';
import type { EngineListener, Mark, Tool } from '#viewer/engines/image-engine.ts';
import { formatDicomDate } from '#viewer/ui/dates.ts';
import { patientLine } from '#viewer/words/patient-words.ts';
import { FrameViewport } from './frame-viewport.tsx';
import { itemTitle, type PaneItem } from './pane-item.ts';
import { SlideViewport } from './slide-viewport.tsx';

/** What a page may ask of an opened viewport, whatever it shows. */
export interface PaneEngine {
  show(target: Target, view: ViewState): Promise<void>;
  view(): ViewState | null;
  cancelDrawing(): boolean;
}

export interface ImagePaneProps {
  readonly item: PaneItem;
  readonly consultation: Consultation;
  readonly marks: readonly Mark[];
  readonly tool: Tool;
  readonly color: string;
  readonly listener: EngineListener;
  readonly onEngine: (engine: PaneEngine | null) => void;
}

/**
 * A viewport for a series or a slide: one component for the rest of the product. Both are a few kilobytes and come with
 * the page; only the engines inside are loaded when they are needed. (React holds back what a lazy component shows for
 * up to 300 ms, and the engine would wait for that.)
 */
export function ImagePane({ item, consultation, ...pane }: ImagePaneProps) {
  const who = [patientLine(consultation.patient), consultation.patient.reference].filter(Boolean).join('\n');
  return item.kind === 'series' ? (
    <FrameViewport
      {...pane}
      studyUid={item.study.studyUid}
      seriesUid={item.series.seriesUid}
      patientLine={who}
      studyLine={[
        item.study.studyDate === null ? '' : formatDicomDate(item.study.studyDate),
        item.study.description,
        itemTitle(item),
      ]
        .filter(Boolean)
        .join('\n')}
    />
  ) : (
    <SlideViewport {...pane} slide={item.slide} patientLine={who} />
  );
}
