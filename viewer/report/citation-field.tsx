import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconQuote, IconX } from '@tabler/icons-react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import type { AnnotationId } from '#shared/ids.ts';
import { measurementLine, SHAPE_WORDS } from '#viewer/workspace/annotation-words.ts';
import styles from './citation-field.module.css';

/** What a report needs to know of the annotations it may cite. */
export interface Citable {
  readonly annotations: readonly Annotation[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly colorOf: (authorId: string) => string;
  readonly onShow: (annotation: Annotation) => void;
}

export interface CitationFieldProps {
  readonly citable: Citable;
  readonly citations: readonly AnnotationId[];
  readonly disabled: boolean;
  readonly onChange: (citations: AnnotationId[]) => void;
}

function CiteMenu({ citable, citations, onChange }: CitationFieldProps) {
  const free = citable.annotations.filter((annotation) => !citations.includes(annotation.id));
  return (
    <Menu position="bottom-start" width={320} withinPortal>
      <Menu.Target>
        <button type="button" className={styles.cite} disabled={free.length === 0}>
          <IconQuote size={14} stroke={1.75} aria-hidden /> Cite
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        {free.map((annotation) => (
          <Menu.Item key={annotation.id} onClick={() => onChange([...citations, annotation.id])}>
            <span className={styles.dot} style={{ background: citable.colorOf(annotation.author.id) }} />
            <b>A{citable.numbers.get(annotation.id)}</b>{' '}
            {annotation.label || SHAPE_WORDS[annotation.geometry.kind].word}{' '}
            <span className={styles.quiet}>{measurementLine(annotation.measurements)}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The annotations a sentence rests on, as chips, and the menu that adds one. */
export function CitationField(props: CitationFieldProps) {
  const { citable, citations, disabled, onChange } = props;
  const cited = citations
    .map((id) => citable.annotations.find((annotation) => annotation.id === id))
    .filter((annotation) => annotation !== undefined);
  return (
    <div className={styles.field}>
      {cited.map((annotation) => (
        <span key={annotation.id} className={styles.chip} data-citation={annotation.id}>
          <Tooltip label={measurementLine(annotation.measurements) || SHAPE_WORDS[annotation.geometry.kind].word}>
            <button type="button" className={styles.show} onClick={() => citable.onShow(annotation)}>
              <span className={styles.dot} style={{ background: citable.colorOf(annotation.author.id) }} />A
              {citable.numbers.get(annotation.id)}
              {annotation.label !== '' && ` ${annotation.label}`}
            </button>
          </Tooltip>
          {!disabled && (
            <ActionIcon
              size={20}
              variant="transparent"
              color="gray"
              aria-label={`Do not cite A${citable.numbers.get(annotation.id)}`}
              onClick={() => onChange(citations.filter((id) => id !== annotation.id))}
            >
              <IconX size={12} />
            </ActionIcon>
          )}
        </span>
      ))}
      {!disabled && <CiteMenu {...props} />}
    </div>
  );
}
