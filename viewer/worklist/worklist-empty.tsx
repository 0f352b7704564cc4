import { Button } from '@mantine/core';
import { IconChecks, IconFolderOpen, IconPlus } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Role } from '#shared/consultation/role.ts';
import styles from './worklist-page.module.css';

interface WorklistEmptyProps {
  readonly role: Role;
  /** Rows without any filter. */
  readonly total: number;
  readonly onShowAll: () => void;
}

const FIRST_STEP: Readonly<Record<'referrer' | 'coordinator' | 'expert', { title: string; sentence: string }>> = {
  referrer: {
    title: 'Ask your first question',
    sentence:
      'Write what you want to know, drop the folder with the images, slides and letters, and submit. The answer comes back here.',
  },
  coordinator: {
    title: 'Nothing has been submitted yet',
    sentence:
      'When a referring physician submits a consultation it appears here. You then choose a radiologist or pathologist and send it on.',
  },
  expert: {
    title: 'Nothing to read yet',
    sentence: 'Consultations appear here as soon as the coordinator has assigned them to you.',
  },
};

/** No rows: either everything is filtered away, or there is nothing yet and the first step is told. */
export function WorklistEmpty({ role, total, onShowAll }: WorklistEmptyProps) {
  if (total > 0)
    return (
      <div className={styles.empty}>
        <IconChecks size={28} stroke={1.5} />
        <h2 className={styles.emptyTitle}>Nothing in this view</h2>
        <p className={styles.emptySentence}>No consultation matches the filters that are on.</p>
        <Button variant="default" onClick={onShowAll}>
          Show all {total.toLocaleString('en')}
        </Button>
      </div>
    );
  const words = FIRST_STEP[role === 'referrer' || role === 'coordinator' ? role : 'expert'];
  return (
    <div className={styles.empty}>
      <IconFolderOpen size={28} stroke={1.5} />
      <h2 className={styles.emptyTitle}>{words.title}</h2>
      <p className={styles.emptySentence}>{words.sentence}</p>
      {role === 'referrer' && (
        <Button component={Link} to="/consultations/new" leftSection={<IconPlus size={16} />}>
          New consultation
        </Button>
      )}
    </div>
  );
}
