import { UnstyledButton } from '@mantine/core';
import { IconColumns2 } from '@tabler/icons-react';
import type { StudySummary } from '#shared/api/material.ts';
import { formatDicomDate } from '#viewer/ui/dates.ts';
import { priorStudies } from './hanging-material.ts';
import type { PaneItem } from './pane-item.ts';
import styles from './prior-studies.module.css';

interface PriorStudiesProps {
  readonly study: StudySummary;
  readonly items: readonly PaneItem[];
  readonly onCompare: (priorUid: string) => void;
}

/** The earlier studies of the same patient, the most alike first; one touch shows both side by side. */
export function PriorStudies({ study, items, onCompare }: PriorStudiesProps) {
  const priors = priorStudies(items, study.studyUid);
  if (priors.length === 0) return null;
  return (
    <ul className={styles.list} aria-label="Earlier studies of the same patient">
      {priors.map((prior) => {
        const date = prior.studyDate === null ? '' : formatDicomDate(prior.studyDate);
        const what = [prior.modalities.join(', '), prior.description.replaceAll('^', ' ')].filter(Boolean).join(' · ');
        return (
          <li key={prior.studyUid}>
            <UnstyledButton
              className={styles.prior}
              aria-label={`Compare with ${date}, ${what}`}
              onClick={() => onCompare(prior.studyUid)}
            >
              <IconColumns2 size={16} stroke={1.75} aria-hidden />
              <span>
                Compare with {date}
                <span className={styles.quiet}>{what}</span>
              </span>
            </UnstyledButton>
          </li>
        );
      })}
    </ul>
  );
}
