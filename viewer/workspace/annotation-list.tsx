import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCopyPlus, IconFilePlus, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import type { CodedConcept } from '#shared/annotation/coded-concept.ts';
import { describeProvenance } from '#shared/annotation/measurement.ts';
import { formatMoment } from '#viewer/ui/dates.ts';
import { AnnotationAuthors } from './annotation-authors.tsx';
import styles from './annotation-list.module.css';
import { AnnotationListHead } from './annotation-list-head.tsx';
import { type AnnotationOrder, orderedAnnotations } from './annotation-order.ts';
import { calledBy, measurementLine, SHAPE_WORDS } from './annotation-words.ts';
import { AreaMenu } from './area-menu.tsx';
import { ClassField } from './class-field.tsx';
import { LabelField } from './label-field.tsx';
import { RegionHistogram } from './region-histogram.tsx';
import type { ShownImages } from './shown-images.ts';
import type { AreaWork } from './use-area-work.ts';

export interface AnnotationListProps {
  readonly annotations: readonly Annotation[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly colorOf: (authorId: string) => string;
  readonly selectedId: string | null;
  readonly alsoSelected: ReadonlySet<string>;
  readonly areas: AreaWork;
  readonly myId: string;
  /** False once my report is signed, or when the consultation is not open to writing. */
  readonly canWrite: boolean;
  readonly hiddenAuthors: ReadonlySet<string>;
  readonly lockedAuthors: ReadonlySet<string>;
  readonly images: ShownImages;
  /** "Series 2 · slice 41 of 120", "Slide A1". */
  readonly placeOf: (annotation: Annotation) => string;
  readonly onShow: (annotation: Annotation) => void;
  /** One more beside what is selected, or one less. */
  readonly onSelectMore: (annotation: Annotation) => void;
  readonly colorOfMark: (annotation: Annotation) => string;
  readonly onClassify: (annotation: Annotation, concept: CodedConcept | null) => void;
  readonly onLabel: (annotation: Annotation, label: string) => void;
  readonly onDelete: (annotation: Annotation) => void;
  readonly onMakeFinding: (annotation: Annotation) => void;
  readonly onToggleAuthor: (authorId: string) => void;
  readonly onLockAuthor: (authorId: string) => void;
  /** The same shape on the next image of the series. */
  readonly onCopy: (annotation: Annotation) => void;
  /** Files of other programs. */
  readonly exchange: ReactNode;
}

function Row({ annotation, props }: { readonly annotation: Annotation; readonly props: AnnotationListProps }) {
  const { Icon, word } = SHAPE_WORDS[annotation.geometry.kind];
  const selected = annotation.id === props.selectedId;
  const mine = annotation.author.id === props.myId && props.canWrite && !props.lockedAuthors.has(props.myId);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  const [measured] = annotation.measurements;
  return (
    <li
      ref={row}
      className={styles.row}
      data-selected={selected || props.alsoSelected.has(annotation.id) || undefined}
      data-annotation={annotation.id}
    >
      <button
        type="button"
        className={styles.main}
        onClick={({ shiftKey }) => (shiftKey ? props.onSelectMore(annotation) : props.onShow(annotation))}
      >
        <span className={styles.swatch} style={{ color: props.colorOfMark(annotation) }}>
          <Icon size={16} stroke={1.75} aria-hidden />
        </span>
        <span className={styles.words}>
          <span className={styles.title}>
            <b>A{props.numbers.get(annotation.id)}</b> {calledBy(annotation) || word}
          </span>
          {measured !== undefined && (
            <Tooltip label={`Scale: ${describeProvenance(measured.provenance)}`} openDelay={400} multiline maw={280}>
              <span className={styles.measure}>{measurementLine(annotation.measurements)}</span>
            </Tooltip>
          )}
          <span className={styles.quiet}>
            {props.placeOf(annotation)} · {annotation.author.name} · {formatMoment(annotation.createdAt)}
          </span>
        </span>
      </button>
      {selected && <RegionHistogram annotation={annotation} images={props.images} />}
      {selected && mine && (
        <div className={styles.tools}>
          <LabelField label={annotation.label} onSave={(label) => props.onLabel(annotation, label)} />
          <ClassField annotation={annotation} onClassify={props.onClassify} />
          <Tooltip label="Make a finding of it">
            <ActionIcon
              variant="light"
              aria-label="Make a finding of this annotation"
              onClick={() => props.onMakeFinding(annotation)}
            >
              <IconFilePlus size={16} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
          <AreaMenu work={props.areas} />
          {annotation.target.kind === 'frame' && (
            <Tooltip label="Copy to the next image  ·  ]">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label="Copy to the next image"
                onClick={() => props.onCopy(annotation)}
              >
                <IconCopyPlus size={16} stroke={1.75} />
              </ActionIcon>
            </Tooltip>
          )}
          <Tooltip label="Delete (can be undone)">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Delete this annotation"
              onClick={() => props.onDelete(annotation)}
            >
              <IconTrash size={16} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
        </div>
      )}
    </li>
  );
}

/** Every annotation of the consultation: whose it is, what it measures, where it lies; a click goes there. */
export function AnnotationList(props: AnnotationListProps) {
  const { annotations, numbers, placeOf, exchange } = props;
  const [order, setOrder] = useState<AnnotationOrder>('number');
  const [filter, setFilter] = useState('');
  if (annotations.length === 0) {
    return (
      <div className={styles.empty}>
        <p>
          Nothing is drawn yet. Choose a tool above, for example Length, and draw on the image; it is saved as you draw.
        </p>
        {exchange}
      </div>
    );
  }
  const listed = orderedAnnotations(annotations, { order, filter, numbers, placeOf });
  return (
    <>
      <AnnotationListHead
        {...{ order, filter, listed, numbers, placeOf, exchange }}
        onOrder={setOrder}
        onFilter={setFilter}
      />
      <AnnotationAuthors
        {...props}
        authors={[...new Map(annotations.map(({ author }) => [author.id, author])).values()]}
        writerId={props.canWrite ? props.myId : null}
      />
      <ol className={styles.list} aria-label="Annotations">
        {listed.map((annotation) => (
          <Row key={annotation.id} annotation={annotation} props={props} />
        ))}
      </ol>
      {listed.length === 0 && <p className={styles.empty}>No annotation fits “{filter.trim()}”.</p>}
    </>
  );
}
