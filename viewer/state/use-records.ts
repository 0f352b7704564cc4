import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Person } from '#shared/consultation/consultation.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { type ConsultationRecords, createConsultationRecords } from './consultation-records.ts';
import type { Identified, RecordStore, SaveStatus } from './record-store.ts';

/** The visible records of a store; the component renders again when they change. */
export function useRecords<Draft, Stored extends Identified>(store: RecordStore<Draft, Stored>): readonly Stored[] {
  return useSyncExternalStore(store.subscribe, store.records);
}

/** How far a store's changes are saved. */
export function useSaveStatus<Draft, Stored extends Identified>(store: RecordStore<Draft, Stored>): SaveStatus {
  return useSyncExternalStore(store.subscribe, store.status);
}

export interface OpenRecords {
  /** Null until the first load has begun. */
  readonly records: ConsultationRecords | null;
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly sentence: string | null;
}

/** Opens what experts made in a consultation for as long as the component is shown; not unless `wanted`. */
export function useConsultationRecords(consultationId: ConsultationId, me: Person, wanted: boolean): OpenRecords {
  const [open, setOpen] = useState<OpenRecords>({ records: null, phase: 'loading', sentence: null });
  const { id, name, role } = me;
  useEffect(() => {
    if (!wanted) return;
    const records = createConsultationRecords(consultationId, { id, name, role });
    const ending = new AbortController();
    setOpen({ records, phase: 'loading', sentence: null });
    records.reload(ending.signal).then(
      () => setOpen({ records, phase: 'ready', sentence: null }),
      (error: unknown) => {
        if (!ending.signal.aborted) setOpen({ records, phase: 'failed', sentence: sentenceOf(error) });
      },
    );
    const warn = (event: BeforeUnloadEvent) => {
      if (records.stores.some((store) => store.status().unsaved > 0)) event.preventDefault();
    };
    const retry = () => {
      for (const store of records.stores) store.flush();
    };
    window.addEventListener('beforeunload', warn);
    window.addEventListener('online', retry);
    return () => {
      ending.abort();
      window.removeEventListener('beforeunload', warn);
      window.removeEventListener('online', retry);
      records.dispose();
    };
  }, [consultationId, id, name, role, wanted]);
  return open;
}
