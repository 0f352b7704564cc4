import { useEffect, useState } from 'react';
import type { ConsultationId } from '#shared/ids.ts';
import { type Report, type ReportContent, reportSchema } from '#shared/report/report.ts';
import { currentRecord } from '#viewer/api/annotations.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { loadMyReport, putMyReport } from '#viewer/api/reports.ts';
import { browserWorld, judgeFailure } from './consultation-records.ts';
import { createRecordStore, type RecordStore } from './record-store.ts';

interface Draft {
  readonly content: ReportContent;
}
export type MyReportStore = RecordStore<Draft, Report>;

/** One's own part of the answer as a store of one record: saved as it is written, with undo and retries. */
export function createMyReportStore(consultationId: ConsultationId): MyReportStore {
  let known: Report | null = null;
  return createRecordStore<Draft, Report>({
    ...browserWorld,
    async put(_id, revision, draft) {
      known = await putMyReport(consultationId, revision, draft.content);
      return known;
    },
    remove: () => Promise.reject(new Error('a report is never removed')),
    draftOf: (report) => {
      known = report;
      return { content: report.content };
    },
    provisional: (_id, draft) => {
      if (known === null) throw new Error('a report is loaded before it is written');
      return { ...known, ...draft };
    },
    judge: (error) => judgeFailure(error, (current) => currentRecord(reportSchema, current)),
  });
}

export interface OpenReport {
  readonly store: MyReportStore | null;
  readonly sentence: string | null;
}

/** Opens one's own part for as long as the component is shown; null while it is being read. */
export function useMyReport(consultationId: ConsultationId, wanted: boolean): OpenReport {
  const [open, setOpen] = useState<OpenReport>({ store: null, sentence: null });
  useEffect(() => {
    if (!wanted) return;
    const store = createMyReportStore(consultationId);
    const ending = new AbortController();
    loadMyReport(consultationId, ending.signal).then(
      (report) => {
        store.load([report]);
        setOpen({ store, sentence: null });
      },
      (error: unknown) => {
        if (!ending.signal.aborted) setOpen({ store: null, sentence: sentenceOf(error) });
      },
    );
    const warn = (event: BeforeUnloadEvent) => {
      if (store.status().unsaved > 0) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    window.addEventListener('online', store.flush);
    return () => {
      ending.abort();
      window.removeEventListener('beforeunload', warn);
      window.removeEventListener('online', store.flush);
      store.dispose();
    };
  }, [consultationId, wanted]);
  return open;
}
