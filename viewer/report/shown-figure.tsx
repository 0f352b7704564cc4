import { ActionIcon, MantineProvider, Tooltip } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { AnnotationId } from '#shared/ids.ts';
import type { SignedReport } from '#shared/report/report.ts';
import { materialQuery } from '#viewer/api/material.ts';
import type { EngineListener } from '#viewer/engines/image-engine.ts';
import { cssVariables, theme } from '#viewer/theme.ts';
import { ImagePane, type PaneEngine } from '#viewer/workspace/image-pane.tsx';
import { marksOf } from '#viewer/workspace/marks.ts';
import { itemKey, itemOfTarget, paneItems } from '#viewer/workspace/pane-item.ts';
import styles from './shown-figure.module.css';

interface ShownFigureProps {
  readonly consultation: Consultation;
  readonly report: SignedReport;
  readonly annotationId: AnnotationId;
  /** The number a picture has in the text beside it. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly colorOf: (authorId: string) => string;
  readonly onShow: (id: AnnotationId) => void;
  readonly onClose: () => void;
}

const NOBODY: ReadonlySet<string> = new Set();
const NO_CALIBRATION = new Map<string, never>();
/** Read-only: what the hand does to the view is its own affair, nothing is drawn or moved. */
const LOOKING: EngineListener = {
  onDrawn() {},
  onChanged() {},
  onSelected() {},
  onDeleteRequested() {},
  onStatus() {},
};

/** The image of a cited annotation exactly as the expert saw it, beside the answer; only signed marks are shown. */
export function ShownFigure(props: ShownFigureProps) {
  const { consultation, report, annotationId, numbers, colorOf, onShow, onClose } = props;
  const material = useQuery(materialQuery(consultation.id));
  const annotations = useMemo(
    () => report.annotations.toSorted((a, b) => (numbers.get(a.id) ?? 0) - (numbers.get(b.id) ?? 0)),
    [report, numbers],
  );
  const place = annotations.findIndex(({ id }) => id === annotationId);
  const annotation = annotations[place];
  const item = material.data && annotation && itemOfTarget(paneItems(material.data), annotation.target);
  const engine = useRef<PaneEngine | null>(null);
  const marks = useMemo(
    () =>
      marksOf(annotations, {
        nameOf: (id) => String(numbers.get(id) ?? ''),
        colorOf,
        selectedId: annotationId,
        alsoSelected: NOBODY,
        hiddenAuthors: NOBODY,
        editableBy: null,
      }),
    [annotations, annotationId, numbers, colorOf],
  );
  useEffect(() => {
    if (annotation !== undefined) engine.current?.show(annotation.target, annotation.view).catch(() => {});
  }, [annotation]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [onClose]);
  if (annotation === undefined) return null;
  const neighbour = (step: number) => annotations[place + step]?.id;
  const [before, after] = [neighbour(-1), neighbour(1)];
  const finding = report.findings.find(({ annotationIds }) => annotationIds.includes(annotationId));
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      forceColorScheme="dark"
      cssVariablesSelector="[data-shown-figure]"
      getRootElement={() => document.querySelector<HTMLElement>('[data-shown-figure]') ?? undefined}
    >
      <section className={styles.viewer} data-shown-figure data-mantine-color-scheme="dark" aria-label="The image">
        <header className={styles.bar}>
          <Tooltip label="Previous picture">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Previous picture"
              disabled={before === undefined}
              onClick={() => before !== undefined && onShow(before)}
            >
              <IconChevronLeft size={18} />
            </ActionIcon>
          </Tooltip>
          <span className={styles.count}>
            Picture {numbers.get(annotationId)} of {annotations.length}
          </span>
          <Tooltip label="Next picture">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Next picture"
              disabled={after === undefined}
              onClick={() => after !== undefined && onShow(after)}
            >
              <IconChevronRight size={18} />
            </ActionIcon>
          </Tooltip>
          <span className={styles.finding}>{finding?.text ?? annotation.label}</span>
          <ActionIcon variant="subtle" color="gray" aria-label="Close the image" onClick={onClose}>
            <IconX size={18} />
          </ActionIcon>
        </header>
        <div className={styles.pane}>
          {item === undefined ? (
            <p className={styles.missing}>
              {material.isPending ? 'Opening the image …' : 'The image is not in this consultation any more.'}
            </p>
          ) : (
            <ImagePane
              key={itemKey(item)}
              item={item}
              consultation={consultation}
              marks={marks}
              tool={item.kind === 'series' ? 'window' : 'select'}
              color="transparent"
              calibrations={NO_CALIBRATION}
              listener={LOOKING}
              onEngine={(opened) => {
                engine.current = opened;
                opened?.show(annotation.target, annotation.view).catch(() => {});
              }}
            />
          )}
        </div>
      </section>
    </MantineProvider>
  );
}
