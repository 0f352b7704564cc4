import { Tabs } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Dispatch } from 'react';
import type { Annotation, Target } from '#shared/annotation/annotation.ts';
import { COUNTING_FIELD } from '#shared/annotation/annotation-class.ts';
import { liesWithin } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import type { Material } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { ViewState } from '#shared/imaging/view-state.ts';
import { largestFrame } from '#shared/segmentation/segment.ts';
import { calibrationOf } from '#viewer/engines/openseadragon/magnification.ts';
import { ReportEditor } from '#viewer/report/report-editor.tsx';
import type { MyReportStore } from '#viewer/state/my-report.ts';
import { AnnotationExchange } from './annotation-exchange.tsx';
import { AnnotationList } from './annotation-list.tsx';
import { ClassList } from './class-list.tsx';
import { FindingList } from './finding-list.tsx';
import { MeasurementReportLink } from './measurement-report-link.tsx';
import { ObjectLayerList } from './object-layer-list.tsx';
import { type PaneItem, placeInWords } from './pane-item.ts';
import { QuestionPanel } from './question-panel.tsx';
import { PANEL_TABS, type PanelTab, type ReadingEvent, type ReadingState } from './reading-state.ts';
import { SegmentPanel } from './segment-panel.tsx';
import type { ShownImages } from './shown-images.ts';
import styles from './side-panel.module.css';
import { SlideCounts } from './slide-counts.tsx';
import type { AreaWork } from './use-area-work.ts';
import type { ObjectLayers } from './use-object-layers.ts';
import type { Panes } from './use-panes.ts';
import type { ReadingWork } from './use-reading-records.ts';
import type { SegmentWork } from './use-segments.ts';

interface SidePanelProps {
  readonly consultation: Consultation;
  readonly material: Material;
  readonly items: readonly PaneItem[];
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly work: ReadingWork;
  readonly areas: AreaWork;
  readonly report: MyReportStore | null;
  readonly images: ShownImages;
  /** What objects of other systems say about the images. */
  readonly layers: ObjectLayers;
  readonly segments: SegmentWork;
  readonly panes: Panes;
  readonly onShowPlace: (target: Target, view: ViewState | null) => void;
  readonly onShow: (annotation: Annotation) => void;
  readonly onCopy: (annotation: Annotation) => void;
}

const TAB_WORDS: Readonly<Record<PanelTab, string>> = {
  findings: 'Findings',
  annotations: 'Annotations',
  segments: 'Segments',
  report: 'Report',
  questions: 'Questions',
};

function Count({ value }: { readonly value: number }) {
  return value === 0 ? null : <span className={styles.count}>{value}</span>;
}

/** Findings, annotations, report and questions beside the images. */
export function SidePanel(props: SidePanelProps) {
  const {
    consultation,
    material,
    items,
    state,
    dispatch,
    work,
    areas,
    report,
    images,
    layers,
    segments,
    panes,
    onShow,
    onShowPlace,
    onCopy,
  } = props;
  const activePane = state.grid.active;
  const onSeries = panes.items[activePane]?.kind === 'series';
  const readsRecords = consultation.actions.includes('annotation.read');
  const tabs = PANEL_TABS.filter(
    (tab) =>
      tab === 'questions' ||
      (readsRecords &&
        (tab !== 'report' || report !== null) &&
        (tab !== 'segments' || onSeries || segments.segments.length > 0)),
  );
  const tab = tabs.includes(state.tab) ? state.tab : 'questions';
  const { annotations, findings, numbers, colorOf, myId, canWrite } = work;
  const activeItem = panes.items[state.grid.active];
  const slideView = () => {
    const view = panes.engineOf(state.grid.active)?.view() ?? null;
    return view?.kind === 'slide' ? view : null;
  };
  const slideId = activeItem?.kind === 'slide' ? activeItem.slide.id : null;
  const onSlide = annotations.filter(({ target }) => target.kind === 'slide' && target.slideId === slideId);
  return (
    <Tabs
      className={styles.panel ?? ''}
      value={tab}
      onChange={(next) => dispatch({ type: 'tab', tab: next as PanelTab })}
      keepMounted={false}
    >
      <Tabs.List className={styles.tabs ?? ''} aria-label="Reading">
        {tabs.map((name) => (
          <Tabs.Tab key={name} value={name} className={styles.tab ?? ''}>
            {TAB_WORDS[name]}
            {name === 'findings' && <Count value={findings.length} />}
            {name === 'annotations' && <Count value={annotations.length} />}
            {name === 'segments' && <Count value={segments.segments.length} />}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="findings" className={styles.content ?? ''}>
        <FindingList
          findings={findings}
          annotations={annotations}
          numbers={numbers}
          colorOf={colorOf}
          myId={myId}
          canWrite={canWrite}
          focusId={state.focusFindingId}
          onAdd={() => work.makeFinding(null)}
          onChange={work.changeFinding}
          onDelete={work.removeFinding}
          onShow={onShow}
        />
      </Tabs.Panel>
      <Tabs.Panel value="annotations" className={styles.content ?? ''}>
        <ClassList
          annotations={onSlide}
          selected={annotations.find(({ id }) => id === state.selectedId)}
          hidden={state.hiddenClasses}
          colourByClass={state.colourByClass}
          onToggle={(key) => dispatch({ type: 'class', key })}
          onColour={(byClass) => dispatch({ type: 'colour', byClass })}
        />
        {activeItem?.kind === 'slide' && (
          <SlideCounts
            slide={activeItem.slide}
            annotations={onSlide}
            numbers={numbers}
            selected={annotations.find(({ id }) => id === state.selectedId)}
            canWrite={canWrite}
            view={slideView}
            onField={(geometry) => {
              const { slide } = activeItem;
              const view = slideView();
              if (view === null) return;
              if (!liesWithin(geometry, slide.width, slide.height)) {
                notifications.show({ color: 'yellow', message: 'The field would reach beyond the slide.' });
                return;
              }
              const measurements = measureGeometry(geometry, calibrationOf(slide));
              work.create(
                { target: { kind: 'slide', slideId: slide.id }, geometry, view, measurements },
                '',
                COUNTING_FIELD,
              );
            }}
          />
        )}
        <AnnotationList
          annotations={annotations}
          numbers={numbers}
          colorOf={colorOf}
          selectedId={state.selectedId}
          alsoSelected={state.alsoSelected}
          areas={areas}
          myId={myId}
          canWrite={canWrite}
          hiddenAuthors={state.hiddenAuthors}
          lockedAuthors={state.lockedAuthors}
          images={images}
          placeOf={(annotation) => placeInWords(items, annotation)}
          onShow={onShow}
          colorOfMark={work.colorOfMark}
          onClassify={work.classify}
          onSelectMore={({ id }) => dispatch({ type: 'select-more', id })}
          onLabel={work.label}
          onDelete={work.removeAnnotation}
          onMakeFinding={work.makeFinding}
          onToggleAuthor={(id) => dispatch({ type: 'author', id })}
          onLockAuthor={(id) => dispatch({ type: 'lock', id })}
          onCopy={onCopy}
          exchange={
            <AnnotationExchange
              consultationId={consultation.id}
              slides={material.slides}
              canWrite={canWrite}
              settle={work.settle}
              reload={work.reload}
            />
          }
        />
        <MeasurementReportLink annotations={annotations} consultationId={consultation.id} />
        <ObjectLayerList layers={layers} onShow={onShowPlace} />
      </Tabs.Panel>
      <Tabs.Panel value="segments" className={styles.content ?? ''}>
        <SegmentPanel
          consultationId={consultation.id}
          work={segments}
          tool={state.tools.series}
          canPaint={canWrite && onSeries}
          onTool={(tool) => dispatch({ type: 'tool', kind: 'series', tool })}
          onShow={(segment) => {
            const frame = largestFrame(segment);
            if (frame !== null) onShowPlace({ kind: 'frame', ...segment.target, ...frame }, null);
          }}
          onInterpolate={(id) => panes.engineOf(activePane)?.interpolateSegment?.(id)}
          onThresholdInRegion={() => panes.engineOf(activePane)?.thresholdInRegion?.()}
        />
      </Tabs.Panel>
      <Tabs.Panel value="report" className={styles.content ?? ''}>
        {report !== null && (
          <ReportEditor
            consultation={consultation}
            material={material}
            store={report}
            findings={findings}
            citable={{ annotations, numbers, colorOf, onShow }}
            settleRecords={work.settle}
            onShowPlace={onShowPlace}
            onEditFindings={() => dispatch({ type: 'tab', tab: 'findings' })}
          />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="questions" className={styles.content ?? ''}>
        <QuestionPanel consultation={consultation} />
      </Tabs.Panel>
    </Tabs>
  );
}
