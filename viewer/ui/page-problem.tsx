import { Button } from '@mantine/core';
import { IconCloudOff, IconEyeOff, IconLock, IconTool } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useRouteError } from 'react-router';
import { ApiFailure, sentenceOf } from '#viewer/api/client.ts';
import styles from './page-problem.module.css';

interface ProblemProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly sentence: string;
  readonly action?: ReactNode;
}

/** A whole page or panel that cannot be shown: what happened, what is safe, what to do. */
export function Problem({ icon, title, sentence, action }: ProblemProps) {
  return (
    <div className={styles.problem} role="alert">
      <div className={styles.icon}>{icon}</div>
      <h1 className={styles.title}>{title}</h1>
      <p className={styles.sentence}>{sentence}</p>
      {action}
    </div>
  );
}

const toWorklist = (
  <Button component={Link} to="/" variant="default">
    Go to the worklist
  </Button>
);

/** The answer for what does not exist and for what is somebody else's: they look alike on purpose. */
export function NothingHere() {
  return (
    <Problem
      icon={<IconEyeOff size={28} stroke={1.5} />}
      title="Nothing here"
      sentence="There is nothing here, or it is not yours to see."
      action={toWorklist}
    />
  );
}

/** Chooses the words for a failed load. `onRetry` asks again. */
export function LoadProblem({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const status = error instanceof ApiFailure ? error.status : -1;
  if (status === 404) return <NothingHere />;
  const again = (
    <Button variant="default" onClick={onRetry ?? (() => window.location.reload())}>
      Try again
    </Button>
  );
  if (status === 403)
    return (
      <Problem
        icon={<IconLock size={28} stroke={1.5} />}
        title="Not open to you"
        sentence={sentenceOf(error)}
        action={toWorklist}
      />
    );
  if (status === 0)
    return (
      <Problem
        icon={<IconCloudOff size={28} stroke={1.5} />}
        title="No connection"
        sentence={sentenceOf(error)}
        action={again}
      />
    );
  return (
    <Problem
      icon={<IconTool size={28} stroke={1.5} />}
      title="This page could not be shown"
      sentence={sentenceOf(error)}
      action={again}
    />
  );
}

/** Catches what a page below it throws while rendering or loading its code. */
export function PageProblem() {
  return <LoadProblem error={useRouteError()} />;
}
