import { Button, Group, Modal, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { fireEvent } from '#viewer/api/consultations.ts';
import styles from './next-action.module.css';

const WORDS = {
  decline: {
    title: 'Decline this consultation',
    label: 'Why can it not be answered here? The referring physician reads this.',
    button: 'Decline',
  },
  cancel: {
    title: 'Cancel this consultation',
    label: 'Why is it no longer needed? Everybody on it can read this.',
    button: 'Cancel the consultation',
  },
} as const;

interface ReasonDialogProps {
  readonly consultation: Consultation;
  readonly event: keyof typeof WORDS;
  readonly onClose: () => void;
}

/** Ends a consultation with a reason; it cannot be undone, so it asks. */
export function ReasonDialog({ consultation, event, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  const words = WORDS[event];
  const end = useMutation({
    mutationFn: () => fireEvent(consultation.id, { event, revision: consultation.revision, reason: reason.trim() }),
    onSuccess: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={words.title} centered>
      <Textarea
        label={words.label}
        autosize
        minRows={3}
        maxRows={10}
        maxLength={1000}
        data-autofocus
        value={reason}
        onChange={(change) => setReason(change.currentTarget.value)}
      />
      {end.isError && (
        <p className={styles.refused} role="alert">
          {sentenceOf(end.error)}
        </p>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          Keep it open
        </Button>
        <Button color="red" disabled={reason.trim() === ''} loading={end.isPending} onClick={() => end.mutate()}>
          {words.button}
        </Button>
      </Group>
    </Modal>
  );
}
