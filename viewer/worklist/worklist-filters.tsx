import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { Discipline } from '#shared/consultation/role.ts';
import { useMe } from '#viewer/api/account.ts';
import { FilterChip } from '#viewer/ui/filter-chip.tsx';
import { VIEWS, type View, viewWords, type WorklistFilter } from './worklist-filter.ts';
import styles from './worklist-page.module.css';

interface WorklistFiltersProps {
  readonly filter: WorklistFilter;
  readonly counts: Readonly<Record<View, number>>;
  readonly onChange: (filter: WorklistFilter) => void;
}

const DISCIPLINES: readonly { readonly key: Discipline; readonly word: string }[] = [
  { key: 'radiology', word: 'Radiology' },
  { key: 'pathology', word: 'Pathology' },
];

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** Search and chips above the table. "/" goes to the search. */
export function WorklistFilters({ filter, counts, onChange }: WorklistFiltersProps) {
  const { role } = useMe();
  const words = viewWords(role);
  const searchRef = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const toSearch = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event.target)) return;
      event.preventDefault();
      searchRef.current?.focus();
    };
    window.addEventListener('keydown', toSearch);
    return () => window.removeEventListener('keydown', toSearch);
  }, []);
  return (
    <search className={styles.filters}>
      <TextInput
        ref={searchRef}
        className={styles.search ?? ''}
        aria-label="Search the list"
        placeholder="Search patient, question, person"
        size="sm"
        leftSection={<IconSearch size={16} stroke={1.5} />}
        rightSection={
          filter.text === '' ? null : (
            <CloseButton size="sm" aria-label="Clear the search" onClick={() => onChange({ ...filter, text: '' })} />
          )
        }
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onChange({ ...filter, text: '' });
        }}
      />
      <div className={styles.chips}>
        {VIEWS.map((view) => (
          <FilterChip
            key={view}
            pressed={filter.view === view}
            count={counts[view]}
            onPress={() => onChange({ ...filter, view })}
          >
            {words[view]}
          </FilterChip>
        ))}
        <span className={styles.divider} />
        {DISCIPLINES.map(({ key, word }) => (
          <FilterChip
            key={key}
            pressed={filter.discipline === key}
            onPress={() => onChange({ ...filter, discipline: filter.discipline === key ? null : key })}
          >
            {word}
          </FilterChip>
        ))}
        <FilterChip pressed={filter.pressing} onPress={() => onChange({ ...filter, pressing: !filter.pressing })}>
          Urgent or stat
        </FilterChip>
      </div>
    </search>
  );
}
