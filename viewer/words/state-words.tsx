import {
  IconArrowBackUp,
  IconBan,
  IconCircleCheck,
  IconEye,
  IconInbox,
  IconPencil,
  IconSignature,
  IconUserCheck,
  IconWriting,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { ConsultationState } from '#shared/consultation/lifecycle.ts';
import styles from './state-words.module.css';

type Tone = 'quiet' | 'active' | 'attention' | 'done' | 'critical';

interface StateWords {
  readonly word: string;
  readonly tone: Tone;
  readonly Icon: ComponentType<{ size?: number; stroke?: number }>;
}

/** A state as people say it. */
export const STATE_WORDS: Readonly<Record<ConsultationState, StateWords>> = {
  draft: { word: 'Draft', tone: 'quiet', Icon: IconPencil },
  submitted: { word: 'To be assigned', tone: 'attention', Icon: IconInbox },
  ready: { word: 'With the experts', tone: 'active', Icon: IconUserCheck },
  reading: { word: 'Being read', tone: 'active', Icon: IconEye },
  drafting: { word: 'Being written', tone: 'active', Icon: IconWriting },
  signed: { word: 'Signed', tone: 'done', Icon: IconSignature },
  delivered: { word: 'Answered', tone: 'done', Icon: IconCircleCheck },
  declined: { word: 'Declined', tone: 'critical', Icon: IconArrowBackUp },
  cancelled: { word: 'Cancelled', tone: 'quiet', Icon: IconBan },
};

/** The state as an icon and a word; the colour only repeats what the word says. */
export function StateBadge({ state }: { readonly state: ConsultationState }) {
  const { word, tone, Icon } = STATE_WORDS[state];
  return (
    <span className={styles.badge} data-tone={tone}>
      <Icon size={15} stroke={1.75} />
      <span>{word}</span>
    </span>
  );
}
