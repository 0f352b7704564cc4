import { Button, Skeleton, TextInput } from '@mantine/core';
import { IconBan, IconCheck, IconSearch, IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import type { AuditRow } from '#shared/api/audit.ts';
import { auditQuery } from '#viewer/api/audit.ts';
import { formatFull } from '#viewer/ui/dates.ts';
import { FilterChip } from '#viewer/ui/filter-chip.tsx';
import { LoadProblem } from '#viewer/ui/page-problem.tsx';
import { useMirroredSearch } from '#viewer/ui/use-mirrored-search.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import styles from './audit-page.module.css';

const OUTCOMES = {
  success: { word: 'Done', Icon: IconCheck },
  refused: { word: 'Refused', Icon: IconBan },
  failure: { word: 'Failed', Icon: IconX },
} as const;
type Outcome = keyof typeof OUTCOMES;

function Row({ row }: { readonly row: AuditRow }) {
  const { word, Icon } = OUTCOMES[row.outcome];
  return (
    <tr>
      <td className={styles.number}>{row.sequence}</td>
      <td className={styles.when}>{formatFull(row.at)}</td>
      <td>
        <span className={styles.outcome} data-outcome={row.outcome}>
          <Icon size={14} aria-hidden /> {word}
        </span>
      </td>
      <td>{row.action}</td>
      <td className={styles.who}>
        {row.actorRole ?? 'nobody signed in'}
        {row.actorId !== null && <span className={styles.id}>{row.actorId}</span>}
      </td>
      <td className={styles.subject}>
        {row.consultationId !== null && <span className={styles.id}>{row.consultationId}</span>}
        {row.subject !== null && row.subject !== row.consultationId && <span className={styles.id}>{row.subject}</span>}
      </td>
      <td className={styles.hash} title={row.hash}>
        {row.hash.slice(0, 12)}
      </td>
    </tr>
  );
}

function matches(row: AuditRow, text: string, outcome: Outcome | null): boolean {
  if (outcome !== null && row.outcome !== outcome) return false;
  if (text === '') return true;
  const hay = `${row.action} ${row.actorRole} ${row.actorId} ${row.consultationId} ${row.subject} ${row.hash}`;
  return hay.toLowerCase().includes(text.toLowerCase());
}

interface AuditFilter {
  readonly text: string;
  readonly outcome: Outcome | null;
}

function readAudit(search: URLSearchParams): AuditFilter {
  const outcome = (Object.keys(OUTCOMES) as Outcome[]).find((key) => key === search.get('outcome')) ?? null;
  return { text: search.get('text') ?? '', outcome };
}

function writeAudit({ text, outcome }: AuditFilter): URLSearchParams {
  const search = new URLSearchParams();
  if (text !== '') search.set('text', text);
  if (outcome !== null) search.set('outcome', outcome);
  return search;
}

/** A full id is asked of the server; anything shorter filters what is loaded. */
function isConsultationId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** Every access, newest first; each row carries the hash that chains it to the one before. */
export function AuditPage() {
  useTitle('Audit trail');
  const [{ text, outcome }, change] = useMirroredSearch(readAudit, writeAudit);
  const wanted = useDeferredValue(text.trim());
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    auditQuery(isConsultationId(wanted) ? wanted : ''),
  );
  const rows = useMemo(
    () => (data?.pages.flat() ?? []).filter((row) => matches(row, wanted, outcome)),
    [data, wanted, outcome],
  );
  if (data === undefined && error !== null) return <LoadProblem error={error} onRetry={() => void refetch()} />;
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>Audit trail</h1>
      <search className={styles.filters}>
        <TextInput
          className={styles.search ?? ''}
          aria-label="Filter the audit trail"
          placeholder="Action, person, consultation id, hash"
          leftSection={<IconSearch size={16} stroke={1.5} />}
          value={text}
          onChange={(event) => change({ text: event.currentTarget.value, outcome })}
        />
        {(Object.keys(OUTCOMES) as Outcome[]).map((key) => (
          <FilterChip
            key={key}
            pressed={outcome === key}
            onPress={() => change({ text, outcome: outcome === key ? null : key })}
          >
            {OUTCOMES[key].word}
          </FilterChip>
        ))}
      </search>
      <div className={styles.scroll}>
        <table className={styles.table} aria-busy={data === undefined}>
          <thead>
            <tr>
              <th>No.</th>
              <th>When</th>
              <th>Outcome</th>
              <th>Action</th>
              <th>Who</th>
              <th>On what</th>
              <th>Hash</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.sequence} row={row} />
            ))}
            {data === undefined && (
              <tr>
                <td colSpan={7}>
                  <Skeleton height={14} />
                </td>
              </tr>
            )}
            {data !== undefined && rows.length === 0 && (
              <tr>
                <td colSpan={7} className={styles.none}>
                  Nothing matches.
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {hasNextPage && (
        <div className={styles.more}>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Load older rows
          </Button>
        </div>
      )}
    </div>
  );
}
