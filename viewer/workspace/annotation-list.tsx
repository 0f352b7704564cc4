import { ActionIcon, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff, IconFilePlus, IconTrash } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { describeProvenance } from '#shared/annotation/measurement.ts';
import { formatMoment } from '#viewer/ui/dates.ts';
import styles from './annotation-list.module.css';
import { measurementLine, SHAPE_WORDS } from './annotation-words.ts';
import { LabelField } from './label-field.tsx';

export interface AnnotationListProps {
  readonly annotations: readonly Annotation[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly colorOf: (authorId: string) => string;
  readonly selectedId: string | null;
  readonly myId: string;
  /** False once my report is signed, or when the consultation is not open to writing. */
  readonly canWrite: boolean;
  readonly hiddenAuthors: ReadonlySet<string>;
  /** "Series 2 · slice 41 of 120", "Slide A1". */
  readonly placeOf: (annotation: Annotation) => string;
  readonly onShow: (annotation: Annotation) => void;
  readonly onLabel: (annotation: Annotation, label: string) => void;
  readonly onDelete: (annotation: Annotation) => void;
  readonly onMakeFinding: (annotation: Annotation) => void;
  readonly onToggleAuthor: (authorId: string) => void;
}

function Row({ annotation, props }: { readonly annotation: Annotation; readonly props: AnnotationListProps }) {
  const { Icon, word } = SHAPE_WORDS[annotation.geometry.kind];
  const selected = annotation.id === props.selectedId;
  const mine = annotation.author.id === props.myId && props.canWrite;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  const [measured] = annotation.measurements;
  return (
    <li ref={row} className={styles.row} data-selected={selected || undefined} data-annotation={annotation.id}>
      <button type="button" className={styles.main} onClick={() => props.onShow(annotation)}>
        <span className={styles.swatch} style={{ color: props.colorOf(annotation.author.id) }}>
          <Icon size={16} stroke={1.75} aria-hidden />
        </span>
        <span className={styles.words}>
          <span className={styles.title}>
            <b>A{props.numbers.get(annotation.id)}</b> {annotation.label.trim() === '' ? word : annotation.label}
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
      {selected && mine && (
        <div className={styles.tools}>
          <LabelField label={annotation.label} onSave={(label) => props.onLabel(annotation, label)} />
          <Tooltip label="Make a finding of it">
            <ActionIcon
              variant="light"
              aria-label="Make a finding of this annotation"
              onClick={() => props.onMakeFinding(annotation)}
            >
              <IconFilePlus size={16} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
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
  const authors = [...new Map(props.annotations.map(({ author }) => [author.id, author])).values()];
  if (props.annotations.length === 0) {
    return (
      <p className={styles.empty}>
        Nothing is drawn yet. Choose a tool above, for example Length, and draw on the image; it is saved as you draw.
      </p>
    );
  }
  return (
    <>
      {authors.length > 1 && (
        <fieldset className={styles.authors}>
          <legend className={styles.hiddenLegend}>Show or hide authors</legend>
          {authors.map((author) => {
            const hidden = props.hiddenAuthors.has(author.id);
            return (
              <button
                key={author.id}
                type="button"
                className={styles.author}
                aria-pressed={!hidden}
                onClick={() => props.onToggleAuthor(author.id)}
              >
                <span className={styles.dot} style={{ background: props.colorOf(author.id) }} />
                {author.name}
                {hidden ? <IconEyeOff size={14} aria-label="hidden" /> : <IconEye size={14} aria-label="shown" />}
              </button>
            );
          })}
        </fieldset>
      )}
      <ol className={styles.list} aria-label="Annotations">
        {props.annotations.map((annotation) => (
          <Row key={annotation.id} annotation={annotation} props={props} />
        ))}
      </ol>
    </>
  );
}
