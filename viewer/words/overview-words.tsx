import { Progress } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { SlideSummary } from '#shared/api/material.ts';
import classes from './overview-words.module.css';

/** "Preparing overview 40 %" under a slide whose levels are being made, or why they could not be; nothing for others. */
export function OverviewWords({ slide }: { readonly slide: Pick<SlideSummary, 'overview' | 'name'> }) {
  const { overview } = slide;
  if (overview === null) return null;
  if (overview.state === 'failed') {
    return (
      <p className={classes.failed} role="note">
        <IconAlertTriangle size={14} stroke={1.75} aria-hidden />
        <span>The overview could not be prepared: the slide opens slowly as a whole. {overview.failure}</span>
      </p>
    );
  }
  const isMaking = overview.state === 'making';
  return (
    <div className={classes.making}>
      <span>{isMaking ? `Preparing overview ${overview.percent} %` : 'Overview is prepared next'}</span>
      <Progress
        size={3}
        value={isMaking ? Math.max(2, overview.percent) : 0}
        aria-label={`Preparing the overview of ${slide.name}`}
      />
    </div>
  );
}
