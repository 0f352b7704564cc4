import { Button, Loader } from '@mantine/core';
import { IconPhotoOff, IconRefresh } from '@tabler/icons-react';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import classes from './frame-cover.module.css';

interface FrameCoverProps {
  readonly phase: EngineStatus['phase'];
  readonly reason: string | null;
  readonly retry: () => void;
}

/** Hides whatever is on the canvas while it is not the image that was asked for, and says why. */
export function FrameCover({ phase, reason, retry }: FrameCoverProps) {
  if (phase === 'shown') return null;
  const failed = phase === 'covered';
  return (
    <div className={classes.cover} role="status">
      {failed ? <IconPhotoOff size={32} stroke={1.5} aria-hidden /> : <Loader size="sm" color="gray" />}
      <p className={classes.sentence}>{failed ? (reason ?? 'This image cannot be shown.') : 'Loading the image…'}</p>
      {failed && (
        <Button
          className={classes.retry}
          variant="default"
          size="sm"
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={retry}
        >
          Retry
        </Button>
      )}
    </div>
  );
}
