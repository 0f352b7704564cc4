import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { useMe } from '#viewer/api/account.ts';
import { isFailure, sentenceOf } from '#viewer/api/client.ts';
import { consultationQuery, fireEvent } from '#viewer/api/consultations.ts';
import { AssignExperts } from './assign-experts.tsx';
import styles from './next-action.module.css';
import { type NextStep, nextStep } from './next-step.ts';
import { ReasonDialog } from './reason-dialog.tsx';

function FireButton({ consultation, step }: { readonly consultation: Consultation; readonly step: NextStep }) {
  const client = useQueryClient();
  const fire = useMutation({
    mutationFn: () => fireEvent(consultation.id, { event: 'accept', revision: consultation.revision, reason: null }),
    onError: (error) => {
      if (isFailure(error, 'REVISION_STALE')) void client.invalidateQueries(consultationQuery(consultation.id));
    },
  });
  return (
    <>
      <Button fullWidth disabled={step.heldBack !== null} loading={fire.isPending} onClick={() => fire.mutate()}>
        {step.primary?.word}
      </Button>
      {step.heldBack !== null && <p className={styles.sentence}>{step.heldBack}</p>}
      {fire.isError && (
        <p className={styles.refused} role="alert">
          {sentenceOf(fire.error)}
        </p>
      )}
    </>
  );
}

function Primary({ consultation, step }: { readonly consultation: Consultation; readonly step: NextStep }) {
  if (step.primary === null) return null;
  if ('fires' in step.primary) return <FireButton consultation={consultation} step={step} />;
  return (
    <Button fullWidth component={Link} to={step.primary.to}>
      {step.primary.word}
    </Button>
  );
}

/** What this person does next, with one primary button; ways out stay small below it. */
export function NextAction({ consultation }: { readonly consultation: Consultation }) {
  const { role } = useMe();
  const [ending, setEnding] = useState<'decline' | 'cancel' | null>(null);
  const step = nextStep(consultation, role);
  const ways = (['decline', 'cancel'] as const).filter((event) => consultation.events.includes(event));
  return (
    <section className={styles.panel} aria-label="Next step">
      <h2 className={styles.title}>{step.title}</h2>
      <p className={styles.sentence}>{step.sentence}</p>
      {consultation.actions.includes('assignment.write') && <AssignExperts consultation={consultation} />}
      <Primary consultation={consultation} step={step} />
      {step.secondary !== null && (
        <Button fullWidth variant="default" component={Link} to={step.secondary.to}>
          {step.secondary.word}
        </Button>
      )}
      {ways.length > 0 && (
        <div className={styles.ways}>
          {ways.map((event) => (
            <Button key={event} size="compact-sm" variant="subtle" color="gray" onClick={() => setEnding(event)}>
              {event === 'decline' ? 'Decline…' : 'Cancel it…'}
            </Button>
          ))}
        </div>
      )}
      {ending !== null && <ReasonDialog consultation={consultation} event={ending} onClose={() => setEnding(null)} />}
    </section>
  );
}
