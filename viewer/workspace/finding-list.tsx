import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { IconLink, IconPlus, IconTrash, IconX } from '@tabler/icons-react';
import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import type { AnnotationId } from '#shared/ids.ts';
import { formatMoment } from '#viewer/ui/dates.ts';
import { WrittenText } from '#viewer/ui/written-text.tsx';
import { measurementLine, SHAPE_WORDS } from './annotation-words.ts';
import styles from './finding-list.module.css';

export interface FindingListProps {
  readonly findings: readonly Finding[];
  readonly annotations: readonly Annotation[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly colorOf: (authorId: string) => string;
  readonly myId: string;
  readonly canWrite: boolean;
  /** The finding whose text should take the cursor; set right after it was made. */
  readonly focusId: string | null;
  readonly onAdd: () => void;
  readonly onChange: (finding: Finding, draft: { text: string; annotationIds: AnnotationId[] }) => void;
  readonly onDelete: (finding: Finding) => void;
  readonly onShow: (annotation: Annotation) => void;
}

function AnnotationMenu({ finding, props }: { readonly finding: Finding; readonly props: FindingListProps }) {
  const free = props.annotations.filter((annotation) => !finding.annotationIds.includes(annotation.id));
  return (
    <Menu position="bottom-end" width={300} withinPortal>
      <Menu.Target>
        <Tooltip label="Link an annotation">
          <ActionIcon variant="subtle" color="gray" aria-label="Link an annotation" disabled={free.length === 0}>
            <IconLink size={16} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        {free.map((annotation) => (
          <Menu.Item
            key={annotation.id}
            onClick={() =>
              props.onChange(finding, {
                text: finding.text,
                annotationIds: [...finding.annotationIds, annotation.id],
              })
            }
          >
            <b style={{ color: props.colorOf(annotation.author.id) }}>A{props.numbers.get(annotation.id)}</b>{' '}
            {annotation.label || SHAPE_WORDS[annotation.geometry.kind].word}{' '}
            <span className={styles.quiet}>{measurementLine(annotation.measurements)}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Chips({ finding, mine, props }: { finding: Finding; mine: boolean; props: FindingListProps }) {
  const linked = finding.annotationIds
    .map((id) => props.annotations.find((annotation) => annotation.id === id))
    .filter((annotation) => annotation !== undefined);
  return (
    <div className={styles.chips}>
      {linked.map((annotation) => (
        <span key={annotation.id} className={styles.chip}>
          <button type="button" className={styles.chipShow} onClick={() => props.onShow(annotation)}>
            <b style={{ color: props.colorOf(annotation.author.id) }}>A{props.numbers.get(annotation.id)}</b>{' '}
            {annotation.label || SHAPE_WORDS[annotation.geometry.kind].word}
          </button>
          {mine && (
            <button
              type="button"
              className={styles.chipRemove}
              aria-label={`Unlink A${props.numbers.get(annotation.id)}`}
              onClick={() =>
                props.onChange(finding, {
                  text: finding.text,
                  annotationIds: finding.annotationIds.filter((id) => id !== annotation.id),
                })
              }
            >
              <IconX size={12} />
            </button>
          )}
        </span>
      ))}
      {linked.length === 0 && <span className={styles.quiet}>No image is linked yet.</span>}
    </div>
  );
}

function Card({ finding, index, props }: { finding: Finding; index: number; props: FindingListProps }) {
  const mine = finding.author.id === props.myId && props.canWrite;
  return (
    <li className={styles.card} data-finding={finding.id}>
      <div className={styles.head}>
        <b>Finding {index + 1}</b>
        <span className={styles.quiet}>
          {finding.author.name} · {formatMoment(finding.createdAt)}
        </span>
        {mine && (
          <span className={styles.actions}>
            <AnnotationMenu finding={finding} props={props} />
            <Tooltip label="Delete (can be undone)">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label="Delete this finding"
                onClick={() => props.onDelete(finding)}
              >
                <IconTrash size={16} stroke={1.75} />
              </ActionIcon>
            </Tooltip>
          </span>
        )}
      </div>
      {mine ? (
        <WrittenText
          label="Text of the finding"
          placeholder="What do you see, and what does it mean?"
          text={finding.text}
          maxLength={4000}
          focused={props.focusId === finding.id}
          onSave={(text) => props.onChange(finding, { text, annotationIds: finding.annotationIds })}
        />
      ) : (
        <p className={styles.text}>{finding.text}</p>
      )}
      <Chips finding={finding} mine={mine} props={props} />
    </li>
  );
}

/** The findings of every expert on the consultation; one's own can be written here. */
export function FindingList(props: FindingListProps) {
  return (
    <>
      {props.findings.length === 0 && (
        <p className={styles.empty}>
          No finding yet. Draw an annotation and choose “Make finding”, or begin with words and link the images after.
        </p>
      )}
      <ol className={styles.list} aria-label="Findings">
        {props.findings.map((finding, index) => (
          <Card key={finding.id} finding={finding} index={index} props={props} />
        ))}
      </ol>
      {props.canWrite && (
        <div className={styles.add}>
          <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={props.onAdd}>
            Add a finding
          </Button>
        </div>
      )}
    </>
  );
}
