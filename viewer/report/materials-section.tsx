import { Button, Select, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Material } from '#shared/api/material.ts';
import type { MaterialReviewed } from '#shared/report/report.ts';
import { type MaterialItem, materialItems } from './material-items.ts';
import styles from './report-editor.module.css';

type Quality = MaterialReviewed['quality'];

export const QUALITY_WORDS: Readonly<Record<Quality, string>> = {
  adequate: 'Adequate',
  limited: 'Limited',
  inadequate: 'Inadequate',
  'not-reviewed': 'Not reviewed',
};
const QUALITIES = Object.entries(QUALITY_WORDS).map(([value, label]) => ({ value, label }));

interface MaterialsSectionProps {
  readonly material: Material;
  readonly reviewed: readonly MaterialReviewed[];
  readonly disabled: boolean;
  readonly onChange: (change: (reviewed: readonly MaterialReviewed[]) => MaterialReviewed[]) => void;
}

/** The reason is kept as typed and saved when the field is left. */
function ReasonField({ item, reason, onSave }: { item: MaterialItem; reason: string; onSave: (text: string) => void }) {
  const [typed, setTyped] = useState(reason);
  useEffect(() => setTyped(reason), [reason]);
  return (
    <TextInput
      size="xs"
      variant="filled"
      className={styles.reason ?? ''}
      aria-label={`Why ${item.title} is not adequate`}
      placeholder="Why? For example motion, out of focus, missing phase"
      maxLength={1000}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => {
        if (typed !== reason) onSave(typed);
      }}
    />
  );
}

/** Every study, slide and document of the consultation with the expert's judgement of it. */
export function MaterialsSection({ material, reviewed, disabled, onChange }: MaterialsSectionProps) {
  const items = materialItems(material);
  const judged = (item: MaterialItem): MaterialReviewed =>
    reviewed.find((entry) => entry.kind === item.kind && entry.ref === item.ref) ?? {
      kind: item.kind,
      ref: item.ref,
      quality: 'not-reviewed',
      reason: '',
    };
  const put = (entry: MaterialReviewed) =>
    onChange((newest) => [...newest.filter(({ kind, ref }) => kind !== entry.kind || ref !== entry.ref), entry]);
  return (
    <div>
      {!disabled && items.length > 0 && (
        <Button
          variant="default"
          size="compact-xs"
          onClick={() =>
            onChange(() => items.map(({ kind, ref }) => ({ kind, ref, quality: 'adequate' as const, reason: '' })))
          }
        >
          All adequate
        </Button>
      )}
      <ul className={styles.materials}>
        {items.map((item) => {
          const entry = judged(item);
          return (
            <li key={`${item.kind} ${item.ref}`} className={styles.material}>
              <span className={styles.materialTitle}>
                {item.title}
                <span className={styles.quiet}>{item.detail}</span>
              </span>
              {disabled ? (
                <span className={styles.judged}>
                  {QUALITY_WORDS[entry.quality]}
                  {entry.reason !== '' && `: ${entry.reason}`}
                </span>
              ) : (
                <Select
                  size="xs"
                  w={130}
                  data={QUALITIES}
                  value={entry.quality}
                  allowDeselect={false}
                  aria-label={`Quality of ${item.title}`}
                  comboboxProps={{ withinPortal: true }}
                  onChange={(quality) => {
                    if (quality !== null) put({ ...entry, quality: quality as Quality });
                  }}
                />
              )}
              {!disabled && (entry.quality === 'limited' || entry.quality === 'inadequate') && (
                <ReasonField item={item} reason={entry.reason} onSave={(reason) => put({ ...entry, reason })} />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
