import { ActionIcon, NumberInput, Popover, Tooltip } from '@mantine/core';
import { IconLayoutGrid } from '@tabler/icons-react';
import { type Dispatch, useState } from 'react';
import { HangingChoices } from './hanging-choices.tsx';
import styles from './layout-menu.module.css';
import { itemKey, type PaneItem } from './pane-item.ts';
import type { ReadingEvent, ReadingState } from './reading-state.ts';
import type { HangingDesk } from './use-hanging.ts';
import { MOST_COLUMNS, MOST_ROWS } from './viewport-grid.ts';

interface LayoutMenuProps {
  readonly items: readonly PaneItem[];
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly hanging: HangingDesk;
  readonly onEditHanging: () => void;
}

const PICKED = [1, 2, 3, 4];

/** Items a new viewport is filled with: what follows the active one, of the same kind first. */
function nextItems(items: readonly PaneItem[], active: string | null): string[] {
  const at = items.findIndex((item) => itemKey(item) === active);
  const kind = items[at]?.kind;
  const round = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return [...round.filter((item) => item.kind === kind), ...round.filter((item) => item.kind !== kind)].map(itemKey);
}

/** How many viewports there are: a field to point into, or two numbers. */
export function LayoutMenu({ items, state, dispatch, hanging, onEditHanging }: LayoutMenuProps) {
  const [opened, setOpened] = useState(false);
  const [pointed, setPointed] = useState<readonly [rows: number, columns: number] | null>(null);
  const { rows, columns, slots, active } = state.grid;
  const arrange = (toRows: number, toColumns: number) => {
    const more = nextItems(items, slots[active] ?? null);
    dispatch({ type: 'arrange', rows: toRows, columns: toColumns, more });
  };
  const [shownRows, shownColumns] = pointed ?? [rows, columns];
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={264} trapFocus shadow="none">
      <Popover.Target>
        <Tooltip label="Layout" openDelay={300} disabled={opened}>
          <ActionIcon
            size={32}
            variant="subtle"
            color="gray"
            aria-label={`Layout: ${rows} × ${columns}`}
            aria-expanded={opened}
            onClick={() => setOpened(!opened)}
          >
            <IconLayoutGrid size={18} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown className={styles.menu}>
        <div className={styles.title}>
          {shownRows} × {shownColumns}
        </div>
        <div className={styles.field} onPointerLeave={() => setPointed(null)}>
          {PICKED.flatMap((row) =>
            PICKED.map((column) => (
              <button
                key={`${row} ${column}`}
                type="button"
                className={styles.cell}
                aria-label={`${row} × ${column}`}
                data-in={(row <= shownRows && column <= shownColumns) || undefined}
                onPointerEnter={() => setPointed([row, column])}
                onFocus={() => setPointed([row, column])}
                onClick={() => {
                  arrange(row, column);
                  setOpened(false);
                }}
              />
            )),
          )}
        </div>
        <div className={styles.custom}>
          <NumberInput
            label="Rows"
            size="xs"
            min={1}
            max={MOST_ROWS}
            value={rows}
            onChange={(value) => arrange(Number(value) || 1, columns)}
          />
          <NumberInput
            label="Columns"
            size="xs"
            min={1}
            max={MOST_COLUMNS}
            value={columns}
            onChange={(value) => arrange(rows, Number(value) || 1)}
          />
        </div>
        <HangingChoices
          desk={hanging}
          onChosen={() => setOpened(false)}
          onEdit={() => {
            setOpened(false);
            onEditHanging();
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
