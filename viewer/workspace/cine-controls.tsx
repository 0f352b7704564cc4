import { ActionIcon, NumberInput, Tooltip } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import styles from './cine-controls.module.css';
import type { Cine } from './use-cine.ts';

/** Play and pause, the rate that is asked for and the one that is reached. */
export function CineControls({ cine }: { readonly cine: Cine }) {
  const { playing, rate, shownRate } = cine;
  return (
    <div className={styles.cine}>
      <Tooltip label={playing ? "Pause  ·  '" : "Play  ·  '"} openDelay={300}>
        <ActionIcon
          size={24}
          variant="subtle"
          color="gray"
          aria-label={playing ? 'Pause' : 'Play'}
          onClick={() => cine.toggle()}
        >
          {playing ? <IconPlayerPause size={14} /> : <IconPlayerPlay size={14} />}
        </ActionIcon>
      </Tooltip>
      {playing && (
        <>
          <NumberInput
            aria-label="Images a second"
            size="xs"
            w={56}
            min={1}
            max={120}
            value={Math.round(rate)}
            onChange={(value) => cine.setRate(Number(value) || 1)}
          />
          <span>{shownRate === null ? 'fps' : `fps, ${shownRate.toFixed(1)} shown`}</span>
        </>
      )}
    </div>
  );
}
