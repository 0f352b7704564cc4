import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { Link, Navigate } from 'react-router';
import { useMe } from '#viewer/api/account.ts';
import { worklistQuery } from '#viewer/api/consultations.ts';
import { KeysDialog } from '#viewer/ui/keys-dialog.tsx';
import { LoadProblem } from '#viewer/ui/page-problem.tsx';
import { countOf } from '#viewer/ui/quantities.ts';
import { useMirroredSearch } from '#viewer/ui/use-mirrored-search.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import { WorklistEmpty } from './worklist-empty.tsx';
import { countViews, filterWorklist, readFilter, type WorklistFilter, writeFilter } from './worklist-filter.ts';
import { WorklistFilters } from './worklist-filters.tsx';
import styles from './worklist-page.module.css';
import { WorklistSkeleton, WorklistTable } from './worklist-table.tsx';

const KEYS = [
  { keys: ['↓', '↑'], does: 'Next and previous row' },
  { keys: ['Enter'], does: 'Open the row' },
  { keys: ['/'], does: 'Search' },
  { keys: ['?'], does: 'These keys' },
] as const;

function NewButton() {
  return (
    <Button component={Link} to="/consultations/new" leftSection={<IconPlus size={16} />}>
      New consultation
    </Button>
  );
}

/** Everything this person may see, with what waits for him first. */
export function WorklistPage() {
  const me = useMe();
  const title = me.role === 'referrer' ? 'Consultations' : 'Worklist';
  useTitle(title);
  const [filter, change] = useMirroredSearch(
    (search) => readFilter(search, me.role),
    (value: WorklistFilter) => writeFilter(value, me.role),
  );
  const hasList = me.role !== 'admin' && me.role !== 'auditor';
  const { data: items, error, refetch } = useQuery({ ...worklistQuery, enabled: hasList });
  const counts = useMemo(() => countViews(items ?? [], me), [items, me]);
  const shown = useDeferredValue(filter);
  const rows = useMemo(() => filterWorklist(items ?? [], shown, me), [items, me, shown]);
  if (me.role === 'admin') return <Navigate to="/admin" replace />;
  if (me.role === 'auditor') return <Navigate to="/audit" replace />;
  if (items === undefined && error !== null) return <LoadProblem error={error} onRetry={() => void refetch()} />;
  return (
    <div className={styles.page}>
      <KeysDialog keys={KEYS} />
      <div className={styles.head}>
        <h1 className={styles.title}>{title}</h1>
        {items !== undefined && items.length > 0 && (
          <span className={styles.count} aria-live="polite">
            {rows.length === items.length
              ? countOf(rows.length, 'consultation')
              : `${rows.length.toLocaleString('en')} of ${countOf(items.length, 'consultation')}`}
          </span>
        )}
        {me.role === 'referrer' && items?.length !== 0 && <NewButton />}
      </div>
      {(items === undefined || items.length > 0) && (
        <WorklistFilters filter={filter} counts={counts} onChange={change} />
      )}
      {items === undefined && <WorklistSkeleton />}
      {items !== undefined && rows.length > 0 && <WorklistTable key={JSON.stringify(shown)} rows={rows} me={me} />}
      {items !== undefined && rows.length === 0 && (
        <WorklistEmpty
          role={me.role}
          total={items.length}
          onShowAll={() => change({ view: 'all', discipline: null, pressing: false, text: '' })}
        />
      )}
    </div>
  );
}
