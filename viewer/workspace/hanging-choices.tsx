import { Button, UnstyledButton } from '@mantine/core';
import { IconAdjustments, IconCheck } from '@tabler/icons-react';
import styles from './hanging-choices.module.css';
import type { HangingDesk } from './use-hanging.ts';

interface HangingChoicesProps {
  readonly desk: HangingDesk;
  readonly onChosen: () => void;
  readonly onEdit: () => void;
}

/** The hanging protocols that are meant for what is open; the first of them was chosen when it was opened. */
export function HangingChoices({ desk, onChosen, onEdit }: HangingChoicesProps) {
  if (desk.material === null) return null;
  return (
    <section className={styles.section} aria-label="Hanging protocols">
      <h3 className={styles.heading}>Hanging protocols</h3>
      {desk.meant.length === 0 && <p className={styles.none}>None is meant for these images.</p>}
      {desk.meant.map((protocol) => (
        <UnstyledButton
          key={protocol.id}
          className={styles.choice}
          aria-pressed={protocol.id === desk.current}
          onClick={() => {
            desk.apply(protocol);
            onChosen();
          }}
        >
          <span className={styles.name}>{protocol.name}</span>
          <span className={styles.size}>
            {protocol.rows} × {protocol.columns}
          </span>
          <IconCheck size={14} opacity={protocol.id === desk.current ? 1 : 0} aria-hidden />
        </UnstyledButton>
      ))}
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        fullWidth
        justify="flex-start"
        leftSection={<IconAdjustments size={16} stroke={1.75} aria-hidden />}
        onClick={onEdit}
      >
        Edit hanging protocols
      </Button>
    </section>
  );
}
