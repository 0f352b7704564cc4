import { ActionIcon, NativeSelect, TextInput, Tooltip } from '@mantine/core';
import { IconSearch, IconTableExport } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { writeCsv } from '#shared/annotation/formats/csv.ts';
import { saveFile } from '#viewer/ui/save-file.ts';
import styles from './annotation-list.module.css';
import { ANNOTATION_ORDERS, type AnnotationOrder } from './annotation-order.ts';
import { SHAPE_WORDS } from './annotation-words.ts';

interface AnnotationListHeadProps {
  readonly order: AnnotationOrder;
  readonly filter: string;
  /** What is listed now: this, in this order, is what the table file holds. */
  readonly listed: readonly Annotation[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly placeOf: (annotation: Annotation) => string;
  readonly onOrder: (order: AnnotationOrder) => void;
  readonly onFilter: (filter: string) => void;
  /** Files of other programs. */
  readonly exchange: ReactNode;
}

const ORDERS = Object.entries(ANNOTATION_ORDERS).map(([value, label]) => ({ value, label }));

/** Filter, order, and the list as a file for a spreadsheet. */
export function AnnotationListHead({
  order,
  filter,
  listed,
  numbers,
  placeOf,
  onOrder,
  onFilter,
  exchange,
}: AnnotationListHeadProps) {
  const exportTable = () => {
    const table = writeCsv(listed, {
      nameOf: (id) => `A${numbers.get(id) ?? ''}`,
      kindOf: ({ geometry }) => SHAPE_WORDS[geometry.kind].word,
      placeOf,
    });
    saveFile('measurements.csv', 'text/csv;charset=utf-8', table);
  };
  return (
    <div className={styles.head}>
      <TextInput
        size="xs"
        variant="filled"
        aria-label="Filter annotations"
        placeholder="Filter"
        leftSection={<IconSearch size={14} stroke={1.75} />}
        value={filter}
        onChange={(event) => onFilter(event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        variant="filled"
        aria-label="Order of annotations"
        data={ORDERS}
        value={order}
        onChange={(event) => onOrder(event.currentTarget.value as AnnotationOrder)}
      />
      <Tooltip label="Save as a table (CSV)">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Save the measurements as a table"
          disabled={listed.length === 0}
          onClick={exportTable}
        >
          <IconTableExport size={16} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
      {exchange}
    </div>
  );
}
