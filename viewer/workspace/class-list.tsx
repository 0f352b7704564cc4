import { ActionIcon, Switch, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { conceptKey } from '#shared/annotation/annotation-class.ts';
import { summariseClasses } from '#shared/annotation/class-summary.ts';
import { isRegion } from '#shared/annotation/geometry.ts';
import { formatMeasurement } from '#shared/annotation/measurement.ts';
import styles from './class-list.module.css';

interface ClassListProps {
  /** Of the slide that is looked at. */
  readonly annotations: readonly Annotation[];
  /** Density is told for the selected area. */
  readonly selected: Annotation | undefined;
  readonly hidden: ReadonlySet<string>;
  readonly colourByClass: boolean;
  readonly onToggle: (key: string) => void;
  readonly onColour: (byClass: boolean) => void;
}

/** What is annotated on a slide, class by class: how many, how large, how long, how dense; each can be hidden. */
export function ClassList({ annotations, selected, hidden, colourByClass, onToggle, onColour }: ClassListProps) {
  const within = selected !== undefined && isRegion(selected.geometry) ? selected : null;
  const rows = summariseClasses(annotations, within);
  if (rows.length === 0) return null;
  return (
    <section className={styles.classes} aria-label="Classes on this slide">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">Count</th>
            <th scope="col">Area</th>
            <th scope="col">Length</th>
            {within !== null && <th scope="col">Per mm²</th>}
            <th scope="col">
              <span className={styles.unseen}>Shown</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ of, depth, count, area, length, perMm2 }) => {
            const key = conceptKey(of.concept);
            const words = hidden.has(key) ? `Show ${of.name}` : `Hide ${of.name}`;
            return (
              <tr key={key} data-class={key}>
                <th scope="row" style={{ paddingInlineStart: depth * 12 }}>
                  <span className={styles.dot} style={{ background: of.color }} />
                  {of.name}
                </th>
                <td>{count}</td>
                <td>{area === null ? '' : formatMeasurement(area)}</td>
                <td>{length === null ? '' : formatMeasurement(length)}</td>
                {within !== null && <td>{perMm2 === null ? '' : perMm2.toFixed(1)}</td>}
                <td>
                  <Tooltip label={words}>
                    <ActionIcon
                      size={24}
                      variant="subtle"
                      color="gray"
                      aria-label={words}
                      aria-pressed={!hidden.has(key)}
                      onClick={() => onToggle(key)}
                    >
                      {hidden.has(key) ? <IconEyeOff size={14} /> : <IconEye size={14} />}
                    </ActionIcon>
                  </Tooltip>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Switch
        size="xs"
        label="Colours of classes"
        checked={colourByClass}
        onChange={(event) => onColour(event.currentTarget.checked)}
      />
    </section>
  );
}
