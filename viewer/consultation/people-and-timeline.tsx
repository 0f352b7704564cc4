import type { Consultation, TimelineEntry } from '#shared/consultation/consultation.ts';
import { formatFull, formatMoment } from '#viewer/ui/dates.ts';
import { Section } from '#viewer/ui/section.tsx';
import { ROLE_WORDS } from '#viewer/words/role-words.tsx';
import styles from './people-and-timeline.module.css';

const EVENT_WORDS: Readonly<Record<string, string>> = {
  create: 'opened the draft',
  edit: 'changed the request',
  submit: 'submitted the request',
  assign: 'assigned an expert',
  unassign: 'took an expert off',
  accept: 'sent it to the experts',
  read: 'opened the images',
  write: 'began the report',
  sign: 'signed the report',
  deliver: 'delivered the answer',
  decline: 'declined it',
  cancel: 'cancelled it',
};

interface PersonRowProps {
  readonly name: string;
  readonly word: string;
  readonly note?: string;
}

function PersonRow({ name, word, note }: PersonRowProps) {
  return (
    <li className={styles.person}>
      <span className={styles.name}>{name}</span>
      <span className={styles.quiet}>
        {word}
        {note !== undefined && ` · ${note}`}
      </span>
    </li>
  );
}

/** Who is on it. */
export function People({ consultation }: { readonly consultation: Consultation }) {
  const { referrer, assignments } = consultation;
  return (
    <Section title="People">
      <ul className={styles.people}>
        <PersonRow name={referrer.name} word={ROLE_WORDS[referrer.role].word} />
        {assignments.map(({ discipline, expert, signedAt }) => (
          <PersonRow
            key={discipline}
            name={expert.name}
            word={ROLE_WORDS[expert.role].word}
            {...(signedAt === null ? {} : { note: `signed ${formatMoment(signedAt)}` })}
          />
        ))}
      </ul>
    </Section>
  );
}

function Entry({ entry }: { readonly entry: TimelineEntry }) {
  return (
    <li className={styles.entry}>
      <time className={styles.time} dateTime={entry.at} title={formatFull(entry.at)}>
        {formatMoment(entry.at)}
      </time>
      <span>
        <span className={styles.actor}>{entry.actorName}</span> {EVENT_WORDS[entry.event] ?? entry.event}
      </span>
      {entry.note !== null && entry.note !== '' && <span className={styles.note}>{entry.note}</span>}
    </li>
  );
}

/** What happened, the newest last. */
export function Timeline({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  return (
    <Section title="Timeline">
      <ol className={styles.timeline}>
        {entries.map((entry) => (
          <Entry key={`${entry.at} ${entry.event} ${entry.note}`} entry={entry} />
        ))}
      </ol>
    </Section>
  );
}
