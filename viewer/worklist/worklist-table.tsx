import { Button, Skeleton } from '@mantine/core';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import type { Me } from '#shared/api/account.ts';
import type { WorklistItem } from '#shared/api/consultations.ts';
import { consultationQuery } from '#viewer/api/consultations.ts';
import { queryClient } from '#viewer/api/query-client.ts';
import { useNow } from '#viewer/ui/use-now.ts';
import { DueClock } from '#viewer/words/due-clock.tsx';
import { MaterialCounts } from '#viewer/words/material-counts.tsx';
import { ageAndSex } from '#viewer/words/patient-words.ts';
import { StateBadge } from '#viewer/words/state-words.tsx';
import { heldBy } from './held-by.ts';
import styles from './worklist-table.module.css';

const PAGE = 200;

/** A draft opens where it is written, everything else on its page. */
function addressOf(item: WorklistItem, me: Me): string {
  return item.state === 'draft' && me.role === 'referrer'
    ? `/consultations/new/${item.id}`
    : `/consultations/${item.id}`;
}

function Row({ item, me, now }: { readonly item: WorklistItem; readonly me: Me; readonly now: number }) {
  return (
    <tr className={styles.row}>
      <td className={styles.patient}>
        <span className={styles.initials}>{item.patient.initials}</span>
        <span className={styles.quiet}>{ageAndSex(item.patient)}</span>
      </td>
      <td className={styles.question}>
        <Link
          className={styles.title ?? ''}
          to={addressOf(item, me)}
          data-worklist-row
          onPointerEnter={() => void queryClient.prefetchQuery(consultationQuery(item.id))}
        >
          {item.title}
        </Link>
        <span className={styles.first}>
          {item.firstQuestion ?? 'No question yet'}
          {item.questionCount > 1 && ` · ${item.questionCount - 1} more`}
        </span>
      </td>
      <td className={styles.material}>
        <MaterialCounts counts={item.counts} />
      </td>
      <td className={styles.state}>
        <StateBadge state={item.state} />
      </td>
      <td className={styles.with} title={heldBy(item, me)}>
        {heldBy(item, me)}
      </td>
      <td className={styles.due}>
        <DueClock dueAt={item.dueAt} submittedAt={item.submittedAt} urgency={item.urgency} now={now} />
      </td>
    </tr>
  );
}

function Head() {
  return (
    <thead className={styles.head}>
      <tr>
        <th className={styles.patient}>Patient</th>
        <th className={styles.question}>Question</th>
        <th className={styles.material}>Material</th>
        <th className={styles.state}>State</th>
        <th className={styles.with}>With</th>
        <th className={styles.due}>Due</th>
      </tr>
    </thead>
  );
}

/** Arrow keys go from row to row, from wherever the page is; Enter is the link's own. */
function useRowKeys(): RefObject<HTMLTableElement | null> {
  const tableRef = useRef<HTMLTableElement>(null);
  useEffect(() => {
    const move = (event: KeyboardEvent) => {
      const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
      const elsewhere = event.target instanceof HTMLElement && event.target.matches('input, textarea, [role], button');
      if (step === undefined || elsewhere || event.metaKey || event.ctrlKey || event.altKey) return;
      const links = [...(tableRef.current?.querySelectorAll<HTMLElement>('[data-worklist-row]') ?? [])];
      const here = links.indexOf(document.activeElement as HTMLElement);
      const next = links[here === -1 ? 0 : here + step];
      if (next === undefined) return;
      event.preventDefault();
      next.focus();
    };
    window.addEventListener('keydown', move);
    return () => window.removeEventListener('keydown', move);
  }, []);
  return tableRef;
}

/** The worklist as a dense table; on a phone each row is a card. Long lists come two hundred rows at a time. */
export function WorklistTable({ rows, me }: { readonly rows: readonly WorklistItem[]; readonly me: Me }) {
  const [shown, setShown] = useState(PAGE);
  const now = useNow();
  const tableRef = useRowKeys();
  return (
    <>
      <table ref={tableRef} className={styles.table} aria-label="Consultations">
        <Head />
        <tbody>
          {rows.slice(0, shown).map((item) => (
            <Row key={item.id} item={item} me={me} now={now} />
          ))}
        </tbody>
      </table>
      {rows.length > shown && (
        <div className={styles.more}>
          <span className={styles.quiet}>
            {shown.toLocaleString('en')} of {rows.length.toLocaleString('en')} shown
          </span>
          <Button variant="default" onClick={() => setShown(shown + PAGE)}>
            Show {Math.min(PAGE, rows.length - shown)} more
          </Button>
        </div>
      )}
    </>
  );
}

const PLACES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** The table before its rows have come. */
export function WorklistSkeleton() {
  return (
    <table className={styles.table} aria-busy="true" aria-label="Consultations are loading">
      <Head />
      <tbody>
        {PLACES.map((place) => (
          <tr key={place} className={styles.row}>
            <td colSpan={6}>
              <Skeleton height={14} width="70%" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
