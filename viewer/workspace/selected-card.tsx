import { ActionIcon, Button } from '@mantine/core';
import { IconFilePlus, IconTrash, IconX } from '@tabler/icons-react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { calledBy, measurementLine, SHAPE_WORDS } from './annotation-words.ts';
import { AreaMenu } from './area-menu.tsx';
import { ClassField } from './class-field.tsx';
import { LabelField } from './label-field.tsx';
import { RegionHistogram } from './region-histogram.tsx';
import { SaveRegion } from './save-region.tsx';
import styles from './selected-card.module.css';
import type { ShownImages } from './shown-images.ts';
import type { AreaWork } from './use-area-work.ts';
import type { ReadingWork } from './use-reading-records.ts';

interface SelectedCardProps {
  readonly annotation: Annotation;
  readonly work: ReadingWork;
  readonly areas: AreaWork;
  readonly images: ShownImages;
  readonly onClose: () => void;
}

/** A rectangle on a slide can be taken along as a picture. */
function SaveRectangle({ annotation: { target, geometry } }: { readonly annotation: Annotation }) {
  if (target.kind !== 'slide' || geometry.kind !== 'rectangle') return null;
  const [x, y] = geometry.min;
  const rectangle = { x, y, width: geometry.max[0] - x, height: geometry.max[1] - y };
  return (
    <p className={styles.save}>
      Save region <SaveRegion slideId={target.slideId} rectangle={rectangle} />
    </p>
  );
}

/** The selected annotation over the image, where no panel stands beside it: name it, make a finding, take it away. */
export function SelectedCard({ annotation, work, areas, images, onClose }: SelectedCardProps) {
  const mine = work.canWrite && annotation.author.id === work.myId;
  const measured = measurementLine(annotation.measurements);
  return (
    <section className={styles.card} aria-label="Selected annotation">
      <header className={styles.head}>
        <span className={styles.dot} style={{ background: work.colorOfMark(annotation) }} />
        <b>A{work.numbers.get(annotation.id)}</b>
        <span className={styles.title}>{calledBy(annotation) || SHAPE_WORDS[annotation.geometry.kind].word}</span>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label="Close" onClick={onClose}>
          <IconX size={16} stroke={1.75} />
        </ActionIcon>
      </header>
      {measured !== '' && <p className={styles.measured}>{measured}</p>}
      <SaveRectangle annotation={annotation} />
      <RegionHistogram annotation={annotation} images={images} />
      {mine ? (
        <div className={styles.tools}>
          <LabelField label={annotation.label} onSave={(label) => work.label(annotation, label)} />
          <ClassField annotation={annotation} onClassify={work.classify} />
          <Button
            size="xs"
            variant="light"
            leftSection={<IconFilePlus size={16} stroke={1.75} />}
            onClick={() => work.makeFinding(annotation)}
          >
            Make finding
          </Button>
          <AreaMenu work={areas} />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={32}
            aria-label="Delete this annotation"
            onClick={() => work.removeAnnotation(annotation)}
          >
            <IconTrash size={16} stroke={1.75} />
          </ActionIcon>
        </div>
      ) : (
        <p className={styles.measured}>{annotation.author.name}</p>
      )}
    </section>
  );
}
